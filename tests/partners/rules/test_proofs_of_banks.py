"""What a bank's program shows: who it is, that it holds its key, that it wrote the message."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from partners.rules import assertions, jose, possession
from partners.rules.jose import NotProven
from partners.rules.keys import key_set
from tests.partners.bank_keys import Key, assertion, key_set_of, proof, public, signed

NOW = int(datetime(2026, 1, 5, 4, tzinfo=UTC).timestamp())
HERE = "https://lender.example/bank/v1/oauth/token"
THERE = "https://lender.example/bank/v1/applications"
EC, OTHER = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
ED, RSA = OKPKey.generate_key("Ed25519"), RSAKey.generate_key(2048)


def asserted(token: str, *keys: Key) -> assertions.Assertion:
    return assertions.check(
        token,
        client_id="bank-a",
        keys=key_set(key_set_of(*keys or (EC,))),
        audiences=[HERE],
        now=NOW,
    )


class TestAssertion:
    @pytest.mark.parametrize(
        ("key", "alg"), [(EC, "ES256"), (RSA, "PS256"), (ED, "EdDSA"), (ED, "Ed25519")]
    )
    @pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
    def test_holds_for_three_algorithms(self, key: Key, alg: str) -> None:
        token = assertion(key, "bank-a", HERE, NOW, alg=alg, header={})
        assert asserted(token, key).jti == "a1"

    def test_is_remembered_as_long_as_it_could_be_used(self) -> None:
        shown = asserted(assertion(EC, "bank-a", HERE, NOW, exp=NOW + 300))
        assert shown.expires == NOW + 330

    def test_may_name_either_of_two_live_keys(self) -> None:
        for kid, key in (("one", EC), ("two", OTHER)):
            token = assertion(key, "bank-a", HERE, NOW, header={"kid": kid})
            assert asserted(token, EC, OTHER).jti == "a1"

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"iss": "bank-b"}, "iss"),
            ({"sub": "bank-b"}, "sub"),
            ({"aud": "https://other.example/token"}, "aud"),
            ({"aud": [HERE, "https://other.example/token"]}, "aud"),
            ({"aud": None}, "aud"),
            ({"exp": NOW - 31}, "exp has passed"),
            ({"exp": NOW + 331}, "at most 300"),
            ({"exp": None}, "exp"),
            ({"exp": "soon"}, "exp"),
            ({"exp": True}, "exp"),
            ({"exp": 1e300}, "exp"),
            ({"iat": NOW + 31}, "iat is in the future"),
            ({"nbf": NOW + 31}, "nbf is in the future"),
            ({"jti": None}, "jti"),
            ({"jti": ""}, "jti"),
            ({"jti": "j" * 201}, "jti"),
            ({"jti": 7}, "jti"),
            ({"header": {"kid": "nobody"}}, "kid"),
            ({"header": {"kid": 1}}, "kid"),
        ],
    )
    def test_is_refused(self, changes: dict[str, Any], reason: str) -> None:
        with pytest.raises(NotProven, match=reason):
            asserted(_made(changes))

    def test_by_a_key_that_is_not_registered_is_refused(self) -> None:
        with pytest.raises(NotProven, match="signature"):
            asserted(assertion(OTHER, "bank-a", HERE, NOW))

    def test_without_algorithm_is_refused(self) -> None:
        _head, body, _signature = assertion(EC, "bank-a", HERE, NOW).split(".")
        none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
        for token in (f"{none}.{body}.", f"{none}.{body}"):
            with pytest.raises(NotProven):
                asserted(token)

    def test_by_the_public_key_as_a_shared_secret_is_refused(self) -> None:
        secret = OctKey.import_key(json.dumps(public(EC)))
        with pytest.raises(NotProven, match="algorithm"):
            asserted(signed({"iss": "bank-a"}, secret, "HS256"))  # type: ignore[arg-type]

    @given(token=st.text(max_size=60) | st.binary(max_size=60).map(lambda b: b.hex() + ".e30.e30"))
    def test_of_any_text_never_breaks(self, token: str) -> None:
        with pytest.raises(NotProven):
            asserted(token)


def _made(changes: dict[str, Any]) -> str:
    try:
        return assertion(EC, "bank-a", HERE, NOW, **changes)
    except JoseError:
        # What joserfc would not write, somebody else might.
        _head, _dot, rest = assertion(EC, "bank-a", HERE, NOW).partition(".")
        odd = json.dumps({"alg": "ES256", **changes["header"]}).encode()
        return base64.urlsafe_b64encode(odd).rstrip(b"=").decode() + "." + rest


class TestKeySet:
    @pytest.mark.parametrize(
        "jwks",
        [
            None,
            {},
            {"keys": []},
            {"keys": "x"},
            {"keys": [public(EC, "a"), public(EC, "a")]},
            {"keys": [public(EC, "a"), public(EC, "b"), public(EC, "c")]},
            {"keys": [EC.as_dict(private=False) | {"kid": ""}]},
            {"keys": [{**EC.as_dict(private=True), "kid": "a"}]},
            {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "a"}]},
            {"keys": [public(ECKey.generate_key("P-384"))]},
            {"keys": [public(OKPKey.generate_key("X25519"))]},
            {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "a"}]},
            {"keys": [{"kty": "RSA", "n": "!", "e": "AQAB", "kid": "a"}]},
        ],
    )
    def test_that_could_not_be_used_is_refused(self, jwks: Any) -> None:
        with pytest.raises(NotProven):
            key_set(jwks)

    @pytest.mark.filterwarnings("ignore")
    def test_of_a_short_rsa_key_is_refused(self) -> None:
        with pytest.raises(NotProven, match="2048"):
            key_set({"keys": [public(RSAKey.generate_key(1024))]})


def possessed(token: str, *, access: str | None = None, method: str = "GET") -> possession.Proof:
    return possession.check(token, method=method, url=THERE, now=NOW, token=access)


class TestProofOfPossession:
    def test_names_its_keys_thumbprint(self) -> None:
        shown = possessed(proof(EC, "GET", THERE, NOW))
        assert shown == possession.Proof(EC.thumbprint(), "p1", NOW + 60)

    def test_is_made_for_one_access_token(self) -> None:
        ath = possession.access_token_hash("token")
        assert possessed(proof(EC, "GET", THERE, NOW, ath=ath), access="token").jti == "p1"
        for stolen in (None, possession.access_token_hash("other")):
            with pytest.raises(NotProven, match="ath"):
                possessed(proof(EC, "GET", THERE, NOW, ath=stolen), access="token")

    def test_knows_the_hash_of_the_rfc(self) -> None:
        token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
        assert possession.access_token_hash(token) == "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"

    @pytest.mark.parametrize(
        "url",
        [
            "https://LENDER.example:443/bank/v1/applications",
            f"{THERE}?status=SUBMITTED",
            f"{THERE}#top",
        ],
    )
    def test_writes_an_address_as_it_likes(self, url: str) -> None:
        assert possessed(proof(EC, "GET", url, NOW)).jti == "p1"

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"htm": "POST"}, "htm"),
            ({"htm": "get"}, "htm"),
            ({"htm": None}, "htm"),
            ({"htu": "http://lender.example/bank/v1/applications"}, "htu"),
            ({"htu": "https://lender.example/bank/v1/loans"}, "htu"),
            ({"htu": "https://lender.example:444/bank/v1/applications"}, "htu"),
            ({"htu": "https://lender.example:x/"}, "htu"),
            ({"htu": "https://[::1/"}, "htu"),
            ({"iat": NOW - 61}, "iat"),
            ({"iat": NOW + 61}, "iat"),
            ({"iat": None}, "iat"),
            ({"jti": None}, "jti"),
            ({"header": {"typ": "JWT", "jwk": EC.as_dict(private=False)}}, "typ"),
            ({"header": {"typ": "dpop+jwt"}}, "key"),
            ({"header": {"typ": "dpop+jwt", "jwk": OTHER.as_dict(private=False)}}, "signature"),
            ({"header": {"typ": "dpop+jwt", "jwk": EC.as_dict(private=True)}}, "public"),
        ],
    )
    def test_is_refused(self, changes: dict[str, Any], reason: str) -> None:
        with pytest.raises(NotProven, match=reason):
            possessed(proof(EC, "GET", THERE, NOW, **changes))

    def test_carries_an_rsa_key(self) -> None:
        shown = possessed(proof(RSA, "GET", THERE, NOW, alg="PS256"))
        assert shown.thumbprint == RSA.thumbprint()

    def test_of_an_algorithm_that_is_not_spoken_is_refused(self) -> None:
        with pytest.raises(NotProven, match="algorithm"):
            possessed(proof(RSA, "GET", THERE, NOW, alg="RS256"))

    def test_says_which_algorithms_are_spoken(self) -> None:
        assert jose.ALGORITHMS == ("ES256", "PS256", "EdDSA", "Ed25519")
