"""Which passwords are refused, and that none of those that are made for people is."""

import pytest

from server.errors import WeakPasswordError
from server.store.passwords import check_strength, one_time_password

GUESSED_FIRST = [
    ("123456789012", "hanya angka"),
    ("1985-08-17-1985", "hanya angka"),
    ("!@#$%^&*()_+", "hanya angka"),
    ("abcdefghijkl", "terlalu mudah"),
    ("qwertyuiop123", "terlalu mudah"),
    ("poiuytrewqasd", "terlalu mudah"),
    ("aaaaaaaaaaaab", "terlalu mudah"),
    ("kuda7kuda7kuda", "pola yang diulang"),
    ("x9#Lp2x9#Lp2", "pola yang diulang"),
    ("Password1234", "kata yang umum"),
    ("KataSandi-2026", "kata yang umum"),
    ("kasihkupang2026", "kata yang umum"),
    ("rahasiarahasia", "kata yang umum"),
    ("admin12345678", "kata yang umum"),
    ("ini milik Siti saja", "nama pengguna"),
    ("pendek", "12 sampai 128"),
]


@pytest.mark.parametrize(("password", "words"), GUESSED_FIRST, ids=[password for password, _ in GUESSED_FIRST])
def test_what_a_guesser_tries_first_is_refused(password, words):
    with pytest.raises(WeakPasswordError, match=words):
        check_strength(password, "siti")


@pytest.mark.parametrize(
    "password",
    ["kuda biru makan sagu", "gong perunggu di teluk", "ikan asin di laut", "q8#mZ!t2Lw4v", "rahasia kuda biru sagu"],
)
def test_some_words_that_do_not_belong_together_will_do(password):
    check_strength(password, "siti")


def test_what_is_handed_out_is_never_refused():
    for _ in range(2_000):
        check_strength(one_time_password("siti"), "siti")
