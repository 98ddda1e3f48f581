"""The tree of RFC 6962: its known roots and paths, and what no proof may be bent into."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import merkle

# The leaves and roots of the reference implementation of Certificate Transparency.
LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = st.integers(1, 70)


def tree_of(size):
    tree = merkle.Tree()
    for number in range(size):
        tree.add(merkle.leaf(b"%d" % number))
    return tree


def slow_root(leaves):
    """RFC 6962 section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + slow_root(leaves[:k]) + slow_root(leaves[k:])).digest()


def test_the_known_roots():
    tree = merkle.Tree()
    assert tree.root().hex() == ROOTS[0]
    for said, root in zip(LEAVES, ROOTS[1:], strict=True):
        tree.add(merkle.leaf(bytes.fromhex(said)))
        assert tree.root().hex() == root
    assert [tree.root(size).hex() for size in range(9)] == ROOTS


@given(SIZES)
def test_a_root_is_that_of_the_definition(size):
    assert tree_of(size).root() == slow_root([b"%d" % number for number in range(size)])


@given(SIZES, st.data())
def test_every_leaf_is_shown_under_every_root_and_nothing_else_is(size, data):
    tree = tree_of(70)
    place = data.draw(st.integers(0, size - 1))
    root, path, leaf = tree.root(size), tree.inclusion(place, size), merkle.leaf(b"%d" % place)
    assert merkle.included(leaf, place, size, path, root)
    assert not merkle.included(merkle.leaf(b"other"), place, size, path, root)
    other = data.draw(st.integers(-2, size + 2).filter(lambda at: at != place))
    assert not merkle.included(leaf, other, size, path, root)
    assert not merkle.included(leaf, place, size, [*path, root], root)
    assert not merkle.included(leaf, place, size, path, merkle.leaf(b"no root"))
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        bent = [*path[:at], bytes([path[at][0] ^ 1]) + path[at][1:], *path[at + 1 :]]
        assert not merkle.included(leaf, place, size, bent, root)
        assert not merkle.included(leaf, place, size, path[:-1], root)


@given(SIZES, st.data())
def test_a_log_that_grew_is_shown_to_begin_with_what_it_was(size, data):
    tree = tree_of(70)
    older = data.draw(st.integers(0, size))
    before, root, path = tree.root(older), tree.root(size), tree.consistency(older, size)
    assert merkle.consistent(older, before, size, root, path)
    wrong = merkle.leaf(b"wrong")
    assert not merkle.consistent(older, wrong, size, root, path)
    if older:
        assert not merkle.consistent(older, before, size, wrong, path)
        assert not merkle.consistent(older, before, size, root, [*path, wrong])
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        assert not merkle.consistent(older, before, size, root, [*path[:at], wrong, *path[at + 1 :]])
        assert not merkle.consistent(older, before, size, root, path[:-1])


@given(st.integers(2, 40), st.data())
def test_a_log_that_was_rewritten_is_never_consistent(size, data):
    changed = data.draw(st.integers(0, size - 2))
    older = data.draw(st.integers(changed + 1, size - 1))
    rewritten = merkle.Tree()
    for number in range(size):
        rewritten.add(merkle.leaf(b"rewritten" if number == changed else b"%d" % number))
    before = tree_of(size).root(older)
    for path in (rewritten.consistency(older, size), tree_of(size).consistency(older, size)):
        assert not merkle.consistent(older, before, size, rewritten.root(), path)


@pytest.mark.parametrize("size", [-1, 4])
def test_a_tree_knows_no_more_than_it_has(size):
    with pytest.raises(IndexError):
        tree_of(3).root(size)
    with pytest.raises(IndexError):
        tree_of(3).inclusion(3, 3)
    with pytest.raises(IndexError):
        tree_of(3).consistency(4, 3)
