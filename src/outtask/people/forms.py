"""Forms of the people room. Rules stay in the actions; a form only reads what was typed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outtask.kernel.money import Money, known
from outtask.people import choices, words
from outtask.people.models import Member, Organisation, Person, Provider
from outtask.people.roles import LABELS, PROGRAM_RIGHTS, Right, rights_of
from outtask.people.states import ProviderKind, Relation, Role
from outtask.people.token_rules import LONGEST_LIFE, LONGEST_NAME
from outtask.ui.forms import DayField, Form, MoneyField, Row
from outtask.ui.pages import MemberRequest


class ZoneField(forms.ChoiceField):
    """A zone of the IANA database."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=choices.zones,
            label=kwargs.pop("label", _("Time zone")),
            help_text=kwargs.pop("help_text", _("Days and hours are told in it.")),
            initial=kwargs.pop("initial", "UTC"),
        )


class PasswordField(forms.CharField):
    """A new password; what it must have stands in the settings' validators and is told as the hint."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            strip=False,
            max_length=1000,
            label=kwargs.pop("label", _("Password")),
            help_text=_("At least 12 characters. A short sentence is good and easy to keep in mind."),
        )


def check_password(form: forms.Form, name: str, email: str) -> None:
    """Put what is wrong with a new password on its field; a password is not made of its owner's name."""
    password = form.cleaned_data.get("password")
    if not password:
        return
    try:
        validate_password(password, Person(name=name, email=email))
    except ValidationError as wrong:
        form.add_error("password", wrong)


class OrganisationFields(Form):
    """What an organisation begins with."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=300)
    currency = forms.ChoiceField(
        choices=choices.currencies,
        label=_("Currency"),
        initial=choices.likely_currency,
        help_text=_("Limits are in it, and it stays. Budgets may be in others."),
    )
    zone = ZoneField()
    budget = MoneyField(
        label=_("First budget"), required=False, help_text=_("What may be spent in all. Others can follow.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = str(self.data.get("currency", "")) if self.is_bound else choices.likely_currency()
        budget = self.fields["budget"]
        assert isinstance(budget, MoneyField)
        budget.currency = chosen if known(chosen) else choices.likely_currency()

    def clean_budget(self) -> Money | None:
        """Asked here, since the budget is opened after the organisation stands."""
        amount: Money | None = self.cleaned_data["budget"]
        if amount is not None and amount.minor < 0:
            raise ValidationError(gettext("A budget cannot begin below zero."), code="negative")
        return amount


class FoundForm(OrganisationFields):
    """The first-run form: the organisation and its owner."""

    person_name = forms.CharField(
        label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Your e-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = PasswordField()

    field_order = ("name", "person_name", "email", "password", "currency", "budget", "zone")

    def clean(self) -> None:
        check_password(self, self.cleaned_data.get("person_name", ""), self.cleaned_data.get("email", ""))


class JoinForm(Form):
    """Somebody new accepts an invitation."""

    name = forms.CharField(
        label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = PasswordField()

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> None:
        check_password(self, self.cleaned_data.get("name", ""), self.email)


class OrganisationForm(Form):
    name = forms.CharField(label=_("Name"), max_length=300)
    zone = ZoneField()


class SecondFactorForm(Form):
    """From which amount on decisions need more than a link or a session."""

    from_amount = MoneyField(
        label=_("From"), required=False, help_text=_("For the whole need. Left empty, it is never asked for.")
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["from_amount"]
        assert isinstance(field, MoneyField)
        field.currency = currency


class ReasonForm(Form):
    """An act that asks why."""

    reason = forms.CharField(label=_("Why?"), widget=forms.Textarea, max_length=2000)


class PlaceForm(Form):
    """Role, limit and line of a member, whether they are here or invited."""

    role = forms.ChoiceField(
        label=_("Role"), help_text=_("What each role may do stands under Settings, Rights.")
    )
    limit = MoneyField(
        label=_("Limit for one request"),
        required=False,
        help_text=_("Up to this they spend without asking. Empty: everything is referred."),
    )
    reports_to = forms.TypedChoiceField(
        label=_("Refers to"),
        required=False,
        coerce=UUID,
        empty_value=None,
        help_text=_("Who decides about what is above the limit."),
    )

    def __init__(
        self, request: MemberRequest, *args: Any, member: Member | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        without = frozenset[str]() if request.member.role == Role.OWNER else frozenset({Role.OWNER})
        role, limit, reports_to = (self.fields[name] for name in ("role", "limit", "reports_to"))
        assert isinstance(role, forms.ChoiceField)
        assert isinstance(limit, MoneyField)
        assert isinstance(reports_to, forms.ChoiceField)
        role.choices = choices.named(words.ROLE_NAMES, without=without)
        limit.currency = request.organisation.currency
        reports_to.choices = choices.members(
            request.actor, gettext("Nobody"), besides=member.pk if member else None
        )

    @property
    def place(self) -> dict[str, Any]:
        """What the actions take."""
        limit = self.cleaned_data["limit"]
        return {
            "role": self.cleaned_data["role"],
            "limit_minor": limit.minor if limit is not None else None,
            "reports_to_id": self.cleaned_data["reports_to"],
        }


class InviteForm(PlaceForm):
    email = forms.EmailField(label=_("E-mail"))
    name = forms.CharField(label=_("Name"), max_length=200, required=False)

    field_order = ("email", "name", "role", "limit", "reports_to")


class MeForm(Form):
    name = forms.CharField(
        label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    zone = ZoneField(help_text=_("Days and hours on your pages are told in it."))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class ProviderForm(Form):
    """A provider: kind, name and e-mail are enough; the rest may follow."""

    kind = forms.ChoiceField(label=_("What are they?"), widget=forms.RadioSelect, initial="firm")
    name = forms.CharField(label=_("Name"), max_length=300)
    email = forms.EmailField(label=_("E-mail"), help_text=_("Briefs and links are sent to it."))
    owned_by = forms.TypedChoiceField(
        label=_("Who answers for it?"),
        required=False,
        coerce=UUID,
        empty_value=None,
        help_text=_("Only for programs and AI agents: a member, counted as if they had done the work."),
    )
    phone = forms.CharField(label=_("Phone"), max_length=60, required=False)
    address = forms.CharField(label=_("Address"), widget=forms.Textarea, max_length=2000, required=False)
    country = forms.CharField(
        label=_("Country"), max_length=2, required=False, help_text=_("Two letters, such as NL.")
    )
    note = forms.CharField(
        label=_("Note"),
        widget=forms.Textarea,
        max_length=5000,
        required=False,
        help_text=_("Only colleagues read it."),
    )
    anyway = forms.BooleanField(label=_("This is another one of the same name or e-mail"), required=False)

    def __init__(self, request: MemberRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind, owned_by = self.fields["kind"], self.fields["owned_by"]
        assert isinstance(kind, forms.ChoiceField)
        assert isinstance(owned_by, forms.ChoiceField)
        kind.choices = choices.named(words.KIND_NAMES)
        owned_by.choices = choices.members(request.actor, gettext("Nobody"))

    @property
    def offers_anyway(self) -> bool:
        """Whether to show the tick: only after a namesake was found, or when it was ticked."""
        return self.has_error("name", "provider_twice") or self.has_error("email", "provider_twice")

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).strip().upper()

    @property
    def facts(self) -> dict[str, Any]:
        """What the actions take."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in {"key", "owned_by"}}
        return given | {"owned_by_id": self.cleaned_data["owned_by"]}


class AccountForm(Form):
    """Where a provider is paid."""

    account = forms.CharField(
        label=_("IBAN or account number"),
        help_text=_("From the provider themselves, by a way you know. Shown to nobody whole."),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ProviderChangeForm(ProviderForm):
    relation = forms.ChoiceField(label=_("How well do you know them?"))

    def __init__(self, request: MemberRequest, *args: Any, provider: Provider, **kwargs: Any) -> None:
        kept = {
            name: getattr(provider, name) for name in ("kind", "name", "email", "phone", "address", "country")
        }
        kept |= {"note": provider.note, "relation": provider.relation, "owned_by": provider.owned_by_id}
        super().__init__(request, *args, initial=kept, **kwargs)
        # An imported provider may have no address yet; that shall not stand in the way of other changes.
        self.fields["email"].required = bool(provider.email)
        self.kept_relation = provider.relation
        relation = self.fields["relation"]
        assert isinstance(relation, forms.ChoiceField)
        blocked = provider.relation == Relation.BLOCKED
        relation.choices = choices.named(words.RELATION_NAMES, without=frozenset({Relation.BLOCKED}))
        if blocked:
            del self.fields["relation"]

    @property
    def facts(self) -> dict[str, Any]:
        return {"relation": self.kept_relation} | super().facts


class ProviderSearch(Row):
    """The filters of the list of providers; they live in the address."""

    q = forms.CharField(required=False, max_length=200)
    kind = forms.ChoiceField(required=False)
    relation = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, names, anything in (
            ("kind", words.KIND_NAMES, _("Any kind")),
            ("relation", words.RELATION_NAMES, _("Any relation")),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", anything), *choices.named(names)]

    @property
    def asked(self) -> dict[str, str]:
        """What `queries.providers` takes; a filter nobody offered is left out."""
        self.is_valid()
        found = self.cleaned_data
        return {
            "words": found.get("q", ""),
            "kind": found.get("kind", ""),
            "relation": found.get("relation", ""),
        }


def of_organisation(organisation: Organisation) -> dict[str, str]:
    """What the form about an organisation begins with."""
    return {"name": organisation.name, "zone": organisation.zone}


class TokenForm(Form):
    """A token for programs: what it is for, whom it acts for, what it may, until when."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("What uses it, so that you know it again."),
        max_length=LONGEST_NAME,
    )
    holder = forms.ChoiceField(label=_("Acts for"), required=False)
    scopes = forms.MultipleChoiceField(
        label=_("What it may"),
        help_text=_("Reading is always among it. A program or AI agent can have the last five."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    expires_at = DayField(label=_("Works until the end of"), help_text=_("A year at most."))

    def __init__(self, request: MemberRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        carried = rights_of(request.member.role) | PROGRAM_RIGHTS
        offered = [right for right in Right if right in carried and right is not Right.READ]
        self.fields["scopes"].choices = [(right.value, _(LABELS[right])) for right in offered]  # type: ignore[attr-defined]
        programs = Provider.objects.visible_to(request.actor).filter(
            kind__in=[ProviderKind.PROGRAM, ProviderKind.AGENT]
        )
        others = [(str(provider.pk), provider.name) for provider in programs.order_by("name", "id")]
        if others:
            self.fields["holder"].choices = [("", _("You")), *others]  # type: ignore[attr-defined]
        else:
            del self.fields["holder"]
        self.fields["expires_at"].initial = (request.now + LONGEST_LIFE / 4).date()

    @property
    def provider_id(self) -> UUID | None:
        """The program it is for; None for oneself."""
        chosen = self.cleaned_data.get("holder", "")
        return UUID(chosen) if chosen else None
