"""What happened at Harbour Row Books: one story for each piece of work, told by `sample.tell`."""

from __future__ import annotations

from decimal import Decimal

from outtask.agree.documents import Metric, ServiceLevelTerms
from outtask.lifecycle.sample_catalogue import SHOPPING
from outtask.lifecycle.sample_processes import bring_in_contracts, bring_in_processes
from outtask.lifecycle.sample_shop import PEOPLE, PROVIDERS, Shop, Story
from outtask.people.states import Purpose
from outtask.source.criteria import criterion

A_TABLE = criterion("There is one table", "file_present", {"pattern": "*.csv", "least": 1})
ISBNS = criterion("Every line has a book number", "text_contains", {"pattern": "*.csv", "text": "isbn"})
SPELLING = criterion("Names are spelt as on the title page", "by_hand", {})
WHITE = criterion("The background is white", "by_hand", {})
READS_WELL = criterion("A sentence reads well aloud", "by_hand", {})


def the_shop_begins(shop: Shop) -> Story:
    """People, providers, budgets."""
    for number, name in enumerate(PEOPLE):
        at = yield shop.at(45, 10, 11 * number)
        shop.joins(at, name)
    at = yield shop.at(44, 11)
    shop.opens_budget(at, "online", "Online shop", 600_000)
    shop.opens_budget(at, "shop", "The shop in town", 400_000)
    for number, name in enumerate(PROVIDERS):
        at = yield shop.at(44, 14, 5 * number)
        shop.adds(at, name)


def the_list_of_processes(shop: Shop) -> Story:
    """What the shop does, and what of it may be handed out."""
    at = yield shop.at(44, 9)
    yield from bring_in_processes(shop, at)


def contracts_of_others(shop: Shop) -> Story:
    """Published contracts, to see how others buy."""
    at = yield shop.at(30, 16)
    bring_in_contracts(shop, at)


def catalogue_records(shop: Shop) -> Story:
    """Done and paid: three asked, one chosen, two milestones, one of them sent back once."""
    at = yield shop.at(41, 9, 10)
    task = shop.writes(
        at,
        "joseph",
        "Clean 4,200 catalogue records\nAuthor and series as on the title page, one spelling for each.",
        shop.day(4),
        (A_TABLE, ISBNS, SPELLING),
        budget=120_000,
        process="Clean catalogue records",
    )
    at = yield shop.at(41, 9, 30)
    shop.sends(at, "joseph", task, "kestrel", "marek", "pagewright", answer_by=shop.day(37))
    at = yield shop.at(40, 11, 20)
    shop.offers(at, "pagewright", task, [("All records", shop.day(35), 42_000)], "Ready in two days.")
    at = yield shop.at(39, 15, 5)
    shop.offers(at, "marek", task, [("All records", shop.day(8), 126_000)], "I read every title page.")
    at = yield shop.at(38, 10, 40)
    parts = [("Records A to K", shop.day(22), 54_000), ("Records L to Z", shop.day(8), 60_000)]
    shop.offers(at, "kestrel", task, parts, "Two people, one of them was a librarian.")
    at = yield shop.at(37, 16)
    shop.chooses(at, "joseph", task, "kestrel", "A librarian reads along, and half of it comes early.")
    at = yield shop.at(36, 9)
    shop.drafts(at, "joseph", task, [ServiceLevelTerms(Metric.ON_TIME, Decimal(95))])
    at = yield shop.at(36, 9, 40)
    shop.signs(at, "joseph", task)
    at = yield shop.at(35, 8, 50)
    shop.signs_as_provider(at, task, "Ellen Marsh")
    at = yield shop.at(35, 9, 20)
    shop.spends(at, "joseph", task, "online", "The records come before the Christmas list.")
    at = yield shop.at(23, 15)
    shop.hands_in(at, task, 1, "records-part-1.csv", note="2,060 records. Eleven names we were not sure of.")
    at = yield shop.at(22, 10)
    shop.looks(at, "nadia", task, 1)
    shop.accepts(at, "nadia", task, 1)
    at = yield shop.at(21, 9)
    first = shop.invoices(at, task, "K-2041", 1)
    at = yield shop.at(20, 11)
    shop.approves_invoice(at, "dunstan", first)
    at = yield shop.at(18, 14)
    shop.pays(at, "dunstan", first, "HRB 2041 Kestrel")
    at = yield shop.at(12, 16)
    shop.hands_in(at, task, 2, "records-part-2.csv")
    at = yield shop.at(11, 11)
    shop.looks(at, "nadia", task, 2, missing="Welsh names have lost their accents.")
    shop.sends_back(at, "nadia", task, 2, "Please put the accents back in Welsh names.", shop.day(7))
    at = yield shop.at(8, 12)
    shop.hands_in(at, task, 2, "records-part-2.csv", note="Accents are back, from the library's own list.")
    at = yield shop.at(7, 10)
    shop.looks(at, "nadia", task, 2)
    shop.accepts(at, "nadia", task, 2)
    at = yield shop.at(6, 9)
    second = shop.invoices(at, task, "K-2057", 2)
    at = yield shop.at(5, 11)
    shop.approves_invoice(at, "dunstan", second)
    at = yield shop.at(4, 14)
    shop.pays(at, "dunstan", second, "HRB 2057 Kestrel")


def alt_text(shop: Shop) -> Story:
    """An AI agent does it; the hand-in waits for a person to look."""
    at = yield shop.at(16, 9)
    task = shop.writes(
        at,
        "roisin",
        "Write alt text for 60 cover images\nOne sentence for each: what one sees, no guesses.",
        shop.day(-3),
        (A_TABLE, READS_WELL),
        process="Alt text for cover images",
    )
    at = yield shop.at(16, 9, 20)
    shop.sends(at, "roisin", task, "pagewright", answer_by=shop.day(13))
    at = yield shop.at(15, 9)
    shop.offers(
        at, "pagewright", task, [("Sixty sentences", shop.day(-1), 6_400)], "A person at yours reads all."
    )
    at = yield shop.at(14, 9)
    shop.chooses(at, "nadia", task, "pagewright", "Cheap enough to try, easy to check.")
    at = yield shop.at(14, 9, 30)
    shop.drafts(at, "nadia", task)
    shop.signs(at, "nadia", task)
    at = yield shop.at(14, 10)
    shop.signs_as_provider(at, task, "Pagewright 3.1")
    at = yield shop.at(13, 9)
    shop.spends(at, "roisin", task, "online")
    at = yield shop.at(1, 15, 10)
    shop.hands_in(at, task, 1, "alt-text.csv")


def parcels(shop: Shop) -> Story:
    """Taken back in the middle: one month paid for, the next one free again, the pack made."""
    at = yield shop.at(34, 9)
    task = shop.writes(
        at,
        "nadia",
        "Bring parcels to readers in town the same day\nFrom the shop at 17:00, at the door by 20:00.",
        shop.day(-20),
        (A_TABLE,),
        process="Same-day parcels in town",
    )
    at = yield shop.at(34, 9, 20)
    shop.sends(at, "nadia", task, "quay", "marek", answer_by=shop.day(31))
    at = yield shop.at(33, 13)
    shop.declines(at, "marek", task, "I have no van.")
    at = yield shop.at(32, 13)
    parts = [("First month", shop.day(9), 31_000), ("Second month", shop.day(-9), 31_000)]
    shop.offers(at, "quay", task, parts, "Two riders, one van when it rains.")
    at = yield shop.at(31, 9)
    shop.chooses(at, "nadia", task, "quay", "The only one who can, and known in town.")
    at = yield shop.at(31, 10)
    shop.drafts(at, "nadia", task, [ServiceLevelTerms(Metric.ON_TIME, Decimal(95))])
    shop.signs(at, "nadia", task)
    at = yield shop.at(30, 9)
    shop.signs_as_provider(at, task, "Sam Okoro")
    at = yield shop.at(30, 10)
    shop.spends(at, "nadia", task, "shop", "Readers asked for it all summer.")
    at = yield shop.at(29, 9)
    shop.approves(at, "imke", task, "Try it until Christmas.")
    at = yield shop.at(9, 18)
    shop.hands_in(at, task, 1, "deliveries.csv")
    at = yield shop.at(8, 9)
    shop.accepts(at, "joseph", task, 1)
    at = yield shop.at(7, 9)
    shop.invoices(at, task, "QC 118", 1)
    at = yield shop.at(2, 17)
    shop.takes_back(
        at, "nadia", task, "another", "On time fell to 91 in a hundred. Thank you for the first month."
    )


def welsh_pages(shop: Shop) -> Story:
    """Two offers are in: somebody has to choose."""
    at = yield shop.at(8, 9)
    task = shop.writes(
        at,
        "imke",
        "Translate the shop pages into Welsh\nForty pages, about 9,000 words. Keep the tone.",
        shop.day(-25),
        (READS_WELL,),
        budget=150_000,
        process="Translate the shop pages",
    )
    at = yield shop.at(8, 9, 30)
    shop.sends(at, "imke", task, "catrin", "kestrel", "pagewright", answer_by=shop.day(-1))
    at = yield shop.at(6, 10)
    parts = [("Twenty pages", shop.day(-12), 54_000), ("The other twenty", shop.day(-22), 54_000)]
    shop.offers(at, "catrin", task, parts, "I translate for two publishers in Aberystwyth.")
    at = yield shop.at(5, 10)
    shop.declines(at, "kestrel", task, "We have nobody who writes Welsh.")
    at = yield shop.at(4, 10)
    shop.offers(
        at, "pagewright", task, [("All pages", shop.day(-4), 9_900)], "A person should read it after me."
    )


def repairs(shop: Shop) -> Story:
    """Signed by both; the money is above every limit but the owner's, so it waits for her."""
    at = yield shop.at(12, 9)
    task = shop.writes(
        at,
        "joseph",
        "Repair 48 second-hand books\nHinges, spines and loose pages; no new covers.",
        shop.day(-30),
        process="Repair second-hand books",
    )
    at = yield shop.at(12, 9, 30)
    shop.sends(at, "joseph", task, "fold", answer_by=shop.day(8))
    at = yield shop.at(9, 10)
    parts = [("Twenty-four books", shop.day(-12), 92_000), ("Twenty-four more", shop.day(-27), 92_000)]
    shop.offers(at, "fold", task, parts, "Collected and brought back.")
    at = yield shop.at(8, 10)
    shop.chooses(at, "joseph", task, "fold", "Their work for the town library holds.")
    at = yield shop.at(7, 10)
    shop.drafts(at, "joseph", task)
    shop.signs(at, "joseph", task)
    at = yield shop.at(5, 10)
    shop.signs_as_provider(at, task, "Petra Lind")
    at = yield shop.at(2, 10)
    shop.spends(at, "joseph", task, "shop", "At £38.33 a book we still earn £11.00 on each.")


def first_editions(shop: Shop) -> Story:
    """Offered to the photographer, who asks before he signs."""
    at = yield shop.at(9, 14)
    task = shop.writes(
        at,
        "imke",
        "Photograph 60 first editions\nFront, spine and one open page of each, on white.",
        shop.day(-18),
        (WHITE,),
        process="Photograph first editions",
    )
    at = yield shop.at(9, 14, 30)
    shop.sends(at, "imke", task, "marek", answer_by=shop.day(5))
    at = yield shop.at(7, 18)
    shop.offers(at, "marek", task, [("180 images", shop.day(-15), 41_200)], "I bring lamps and a table.")
    at = yield shop.at(4, 9)
    shop.chooses(at, "imke", task, "marek", "His pictures of the prints are the best we have.")
    at = yield shop.at(3, 9)
    shop.drafts(at, "imke", task)
    shop.signs(at, "imke", task)
    at = yield shop.at(1, 12)
    shop.asks(at, Purpose.SIGN, task, "May the dust jackets stay on? They shine under the lamps.")


def card_takings(shop: Shop) -> Story:
    """Accepted and invoiced: finance has to look at the invoice."""
    at = yield shop.at(20, 9)
    task = shop.writes(
        at,
        "imke",
        "Reconcile the card takings of last month\nA list of what the bank and the tills do not agree on.",
        shop.day(2),
        (A_TABLE,),
        process="Reconcile card takings",
    )
    at = yield shop.at(20, 9, 30)
    shop.sends(at, "imke", task, "kestrel", answer_by=shop.day(17))
    at = yield shop.at(19, 10)
    shop.offers(at, "kestrel", task, [("The list", shop.day(4), 16_200)])
    at = yield shop.at(18, 10)
    shop.chooses(at, "imke", task, "kestrel", "They know our tills already.")
    shop.drafts(at, "imke", task)
    shop.signs(at, "imke", task)
    at = yield shop.at(17, 10)
    shop.signs_as_provider(at, task, "Ellen Marsh")
    at = yield shop.at(17, 11)
    shop.spends(at, "imke", task, "shop")
    at = yield shop.at(5, 17)
    shop.hands_in(at, task, 1, "unmatched-takings.csv", note="Three differences, £142.49 in all.")
    at = yield shop.at(3, 9)
    shop.accepts(at, "nadia", task, 1)
    at = yield shop.at(2, 9)
    shop.invoices(at, task, "K-2063", 1)


def newsletter(shop: Shop) -> Story:
    """A brief that was written and not yet sent."""
    at = yield shop.at(1, 16)
    shop.writes(
        at,
        "imke",
        "Lay out the winter newsletter\nEight pages, print and web, from the template.",
        shop.day(-14),
        process="Lay out the newsletter",
    )


STORIES = (
    the_shop_begins,
    the_list_of_processes,
    catalogue_records,
    parcels,
    contracts_of_others,
    card_takings,
    alt_text,
    repairs,
    first_editions,
    welsh_pages,
    newsletter,
    *SHOPPING,
)
