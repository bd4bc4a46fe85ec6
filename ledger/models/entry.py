from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.account import Account
from ledger.models.fields import MoneyField, UnlockedReference
from tenancy.models import TenantForeignKey, TenantModel, uuid_key


class JournalEntry(TenantModel):
    """
    One event in the books; append-only, and balanced in each currency once committed.

    `booked_on` is the business date on which it entered the books, `value_date` the day from
    which it counts: earlier than `booked_on` where an event was back-dated.
    """

    id = uuid_key()
    key = models.CharField(_("key"), max_length=200)
    kind = models.CharField(_("kind"), max_length=40)
    value_date = models.DateField(_("value date"))
    booked_on = models.DateField(_("booked on"))
    booked_at = models.DateTimeField(_("booked at"))
    narrative = models.CharField(_("narrative"), max_length=300, blank=True)
    reverses = TenantForeignKey("self", null=True, related_name="+", verbose_name=_("reverses"))
    # Said beforehand, so that a committed entry is complete: every number up to it is taken.
    line_count = models.SmallIntegerField(_("lines"))

    class Meta(TenantModel.Meta):
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="ledger_entry_key"),
            models.UniqueConstraint(
                fields=["tenant", "reverses"], name="ledger_entry_reversed_once"
            ),
            # What a posting's foreign key points to.
            models.UniqueConstraint(
                fields=["tenant", "id", "line_count"], name="ledger_entry_line_count"
            ),
            models.CheckConstraint(
                condition=Q(line_count__gte=2), name="ledger_entry_two_lines_at_least"
            ),
        ]
        # Entries arrive in the order of their days, which is what a block range index is for.
        indexes = [
            BrinIndex(
                fields=["tenant", "booked_on"], name="ledger_entry_booked", autosummarize=True
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Posting(TenantModel):
    """
    One line of a journal entry: an amount on an account, debit positive, credit negative.

    `subject_id` is the sub-ledger within the account (a loan, a product version). The day and
    the number of lines repeat the entry's, so that balances by date read this table alone and a
    line cannot join an entry that is complete.
    """

    id = models.BigAutoField(primary_key=True)
    entry = TenantForeignKey(JournalEntry, related_name="postings", verbose_name=_("entry"))
    number = models.SmallIntegerField(_("number"))
    line_count = models.SmallIntegerField(_("lines"))
    booked_on = models.DateField(_("booked on"))
    account = UnlockedReference(Account, related_name="postings", verbose_name=_("account"))
    currency = models.CharField(_("currency"), max_length=3)
    amount = MoneyField(_("amount"))
    subject_id = models.UUIDField(_("subject"), null=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "entry", "number"], name="ledger_posting_number"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=F("line_count")),
                name="ledger_posting_number_within_entry",
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_posting_not_zero"),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "account", "subject_id"], name="ledger_posting_account"
            ),
            BrinIndex(
                fields=["tenant", "booked_on"], name="ledger_posting_booked", autosummarize=True
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
