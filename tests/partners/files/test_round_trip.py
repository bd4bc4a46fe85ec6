"""What is written is what is read."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.rules.files.kinds import KINDS, REPAY_DETAIL
from partners.rules.files.names import BadName, FileName, parsed
from partners.rules.files.rows import TransactionType
from partners.rules.files.writing import RepeatedKey, write
from tests.partners.files.build import ANY_KIND, DAY, NAME, content, reading, receipt, rows


class TestEveryKind:
    @given(data=st.data(), kind=ANY_KIND, block=st.sampled_from([1, 7, 1 << 16]))
    def test_reads_back_the_rows_that_were_written(self, data, kind, block):
        name = FileName("bank-a", kind, DAY, 1)
        written = data.draw(rows(kind))

        found = reading(content(written, name), name, block=block)

        assert found.faults == []
        assert [line.row for line in found.lines] == written

    @given(data=st.data(), kind=ANY_KIND)
    def test_gives_the_same_bytes_for_the_same_rows(self, data, kind):
        name = FileName("bank-a", kind, DAY, 1)
        written = data.draw(rows(kind))

        assert write(name, written).sha256 == write(name, iter(written)).sha256

    @pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
    def test_may_be_empty(self, kind):
        name = FileName("bank-a", kind, DAY, 1)

        assert reading(content([], name), name).faults == []


class TestRepayDetail:
    def test_looks_as_the_specification_says(self):
        text = content([receipt(), receipt("R-2", channel='"A", B')]).decode()

        header, columns, first, second, trailer, nothing = text.split("\r\n")
        assert header.rpartition("|")[0] == "H|2027-01-20|bank-a|REPAY_DETAIL|2|1833.60"
        assert columns == (
            "txn_id,loan_no,partner_loan_no,instalment_no,due_date,paid_at,value_date,channel,"
            "channel_ref,currency,total_amt,principal,interest,penalty,fee,partner_principal,"
            "partner_interest,partner_penalty,partner_fee,own_amt,dpd_before,dpd_after,txn_type,"
            "reversal_of"
        )
        assert first == (
            "R-1,L-1,B-1,1,2027-01-20,2027-01-20T09:15:02+08:00,2027-01-20,sandbox,P-1,CNY,"
            "916.80,766.80,150.00,0.00,0.00,536.76,105.00,0.00,0.00,275.04,0,0,NORMAL,"
        )
        assert '"""A"", B"' in second
        assert (trailer, nothing) == ("T", "")

    def test_keeps_minus_nought_out(self):
        assert b"-0.00" not in content([receipt(fee=Decimal("-0.00"))])

    @pytest.mark.parametrize(
        "change",
        [
            {"fee": Decimal("0.005")},
            {"fee": Decimal("1E+15")},
            {"channel": "two\nlines"},
            {"channel": "x" * 201},
            {"loan_no": ""},
            {"dpd_after": 10**9},
        ],
        ids=str,
    )
    def test_refuses_to_write_what_could_not_be_read(self, change):
        with pytest.raises(ValueError, match=r".+"):
            write(NAME, [replace(receipt(), **change)])

    def test_refuses_a_moment_without_offset(self):
        with pytest.raises(ValueError, match="offset"):
            write(NAME, [replace(receipt(), paid_at=receipt().paid_at.replace(tzinfo=None))])

    def test_refuses_to_write_a_key_twice(self):
        with pytest.raises(RepeatedKey, match="R-1"):
            write(NAME, [receipt(), receipt(txn_type=TransactionType.PREPAY)])


class TestFileName:
    def test_has_a_companion_that_says_it_is_complete(self):
        written = write(replace(NAME, seq=2), [receipt()])

        assert str(written.name) == "bank-a_REPAY_DETAIL_20270120_002.csv"
        assert written.name.companion == "bank-a_REPAY_DETAIL_20270120_002.ok"
        assert written.sha256.encode() in written.companion(str(NAME))
        assert str(NAME).encode() in written.companion(str(NAME))

    @given(
        partner=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", fullmatch=True),
        kind=ANY_KIND,
        seq=st.integers(1, 999_999),
        on=st.dates(),
    )
    def test_reads_back(self, partner, kind, seq, on):
        name = FileName(partner, kind, on, seq)

        if on.year >= 1000:
            assert parsed(str(name)) == name

    @pytest.mark.parametrize(
        "name",
        [
            "bank-a_REPAY_DETAIL_20270120_001.ok",
            "bank-a_REPAY_DETAIL_20270120_1.csv",
            "bank-a_REPAY_DETAIL_20270120_000.csv",
            "bank-a_REPAY_DETAIL_20270120_0001.csv",
            "bank-a_REPAY_DETAIL_20270230_001.csv",
            "bank-a_RECEIPTS_20270120_001.csv",
            "_REPAY_DETAIL_20270120_001.csv",
            "../bank-a_REPAY_DETAIL_20270120_001.csv",
            "银行_REPAY_DETAIL_20270120_001.csv",
            "",
        ],
    )
    def test_refuses_other_names(self, name):
        with pytest.raises(BadName):
            parsed(name)

    def test_knows_the_kind_of_a_partner_with_underscores(self):
        name = parsed("bank_OUTSTANDING_REPAY_DETAIL_20270120_001.csv")

        assert (name.partner, name.kind) == ("bank_OUTSTANDING", REPAY_DETAIL)
