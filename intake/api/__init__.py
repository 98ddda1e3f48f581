"""The routes of the service, for programs: JSON in, JSON out, problems by RFC 9457."""
