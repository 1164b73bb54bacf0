"""Which column of a file of activity is which field: by its header, overridden by the source.

A header is compared as its words joined (`Invoice Date`, `invoice_date`, `InvoiceDate` are all
`invoicedate`), as it stands and without the word for the kind itself (`TicketStatus` is `status`).
Of several columns for one field the word that stands first in the list wins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tellonce.hub.bridge.services import header_name
from tellonce.hub.core.errors import WrongCall

FIELDS: Mapping[str, str] = {
    "customer_key": """customerid customerkey customernumber customerno customernr customerref
        custid custno custkey clientid clientno clientnumber clientkey memberid memberno
        subscriberid contactid personid partyid buyerid userid patientid guestid
        accountholderid kundennr kundennummer kundenid nrklienta numerklienta idklienta
        klientid client customer""",
    "occurred_at": """occurredat occurredon orderdate orderedat ordertime invoicedate
        transactiondate purchasedate purchasedat dateofpurchase paymentdate paidat openedat openedon
        opendate createdat createdon createddate datecreated sentat sentdate senton
        receivedat contactedat eventdate eventtime eventat activitydate interactiondate
        visitedat visitdate notedat notedate writtenat postedat publishedat respondedat
        responsedate answeredat submittedat surveydate startedat startdate startedon since
        registeredat joinedat happenedat timestamp datetime date time at day data datum
        kaufdatum bestelldatum bestelltam erstelltam eroeffnetam datazamowienia datasprzedazy
        datazakupu datautworzenia opened ordered purchased created sent received posted contacted
        when""",
    "reference": """orderid orderno ordernumber ordernr invoiceid invoiceno invoicenumber invoicenr
        transactionid transactionno receiptid receiptno salesid saleid bookingid caseid
        caseno casenumber ticketid ticketno ticketnumber opportunityid dealid campaignid
        surveyid accountid accountno contractid contractno subscriptionid policyid
        bestellnummer rechnungsnummer nrzamowienia nrfaktury order invoice ticket case receipt
        interactionid noteid touchid""",
    "title": """subject title productname itemname articlename product item productpurchased
        campaignname campaign opportunityname dealname accountname planname plan topic
        headline question surveyname event action type kind description stockdescription
        name betreff produkt temat opis""",
    "product_key": """productid productkey productcode productno productsku sku stockcode itemid
        itemcode itemno articleid articleno articlenumber skuid artikelnummer""",
    "quantity": "quantity qty orderquantity units count pieces menge anzahl ilosc",
    "unit_price": """unitprice itemprice priceperunit einzelpreis stueckpreis cenajednostkowa price
        preis cena""",
    "amount": """amount total totalamount ordertotal invoicetotal grandtotal linetotal netamount
        grossamount totalprice value ordervalue dealvalue expectedvalue paid paidamount
        paymentamount payment revenue sum premium betrag summe gesamt kwota wartosc
        suma""",
    "currency": "currency currencycode isocurrency waehrung waluta",
    "status": "status state stage outcome result resolutionstatus phase step stan etap",
    "channel": "channel medium via contactchannel platform network source kanal",
    # of consents
    "purpose": "purpose consentpurpose topic consenttype permission scope consentname zweck cel",
    "consent": """state status consent granted given optin optedin decision answer value agreed
        consentgiven consentstate einwilligung zgoda""",
    "at": """at givenat consentedat withdrawnat decidedat changedat consentdate date datetime
        timestamp updatedat recordedat createdat data datum""",
    "notice_version": "noticeversion notice version policyversion textversion consentversion",
    # of catalogues
    "category": """category categoryname productcategory subcategory productsubcategory genre group
        productgroup department kategorie kategoria""",
    "price": "price unitprice listprice productprice salesprice preis cena",
}
TEXT = "summary note notes comment text body message content"
WRITTEN = frozenset({"interactions", "tickets", "notes", "social", "surveys"})
OWN_KEYS = """id key uid guid uuid lineid activityid interactionid eventid messageid noteid touchid
    responseid answerid postid paymentid invoicelineid orderlineid lineno rowid recordid"""
_KIND_WORDS = """ticket order invoice transaction purchase sale opportunity deal interaction contact
    activity campaign marketing note survey response account product item post social payment case
    event touch subscription consent customer"""


@dataclass(frozen=True)
class Layout:
    """Which column is which field. `keys`: columns that may identify a row, best first; `settled`
    says whether the first of them is known to; `day_first` how 03/04/1980 reads, None: not known.
    """

    columns: Mapping[str, str]
    keys: Sequence[str] = ()
    settled: bool = False
    day_first: bool | None = None

    def as_json(self) -> dict[str, object]:
        """What the next delivery of this content needs."""
        return {"columns": dict(self.columns), "keys": list(self.keys), "day_first": self.day_first}

    @property
    def key(self) -> str | None:
        """The column that identifies a row, None where the content does."""
        return self.keys[0] if self.settled and self.keys else None


def recognised_layout(
    headers: Sequence[str],
    fields: Sequence[str],
    declared: Mapping[str, str],
    *,
    written: bool = False,
) -> Layout:
    """The layout of a file with these headers; raises `WrongCall` for a declared column it lacks.

    `declared`: field -> column, of any field and of `key`; an empty column means: there is none.
    `written`: the rows are what people wrote, so a column of text may be their title; beside an
    order or an account it is a remark about a person and stays among the details.
    """
    for field, column in declared.items():
        _check_declared(field, column, headers, fields)
    names = {header: header_name(header).replace("_", "") for header in headers}
    columns = {field: c for field, c in declared.items() if field != "key" and c}
    for field in fields:
        if field not in declared:
            taken = set(columns.values())
            words = FIELDS[field].split() + (TEXT.split() if written and field == "title" else [])
            found = _find(words, {h: n for h, n in names.items() if h not in taken})
            columns |= {field: found} if found else {}
    if "key" in declared:
        return Layout(columns, [declared["key"]] if declared["key"] else [], settled=True)
    own = [h for word in OWN_KEYS.split() for h, n in names.items() if n == word]
    keys = [*own, columns.get("reference"), *_ids(names, set(columns.values()))]
    return Layout(columns, list(dict.fromkeys(key for key in keys if key)))


def learned_layout(document: Mapping[str, object], headers: Sequence[str]) -> Layout:
    """The layout that the first delivery settled, as far as this file has its columns."""
    columns = {f: c for f, c in dict(document["columns"]).items() if c in headers}  # type: ignore[call-overload]
    keys = [key for key in document["keys"] if key in headers]  # type: ignore[attr-defined]
    return Layout(columns, keys, settled=True, day_first=document["day_first"])  # type: ignore[arg-type]


def settle_key(layout: Layout, is_key: Callable[[str], bool]) -> Layout:
    """The layout with the first column that identifies a row, by what the first file holds."""
    if layout.settled:
        return layout
    return replace(layout, keys=[k for k in layout.keys if is_key(k)][:1], settled=True)


def _ids(names: Mapping[str, str], taken: set[str]) -> list[str]:
    return [h for h, name in names.items() if name.endswith("id") and h not in taken]


def _find(words: Sequence[str], names: Mapping[str, str]) -> str | None:
    for shape in (str, _without_kind):
        by_name = {shape(name): header for header, name in reversed(names.items())}
        for word in words:
            if word in by_name:
                return by_name[word]
    return None


def _without_kind(name: str) -> str:
    for word in _KIND_WORDS.split():
        if name.startswith(word) and len(name) > len(word):
            return name.removeprefix(word)
    return name


def _check_declared(field: str, column: str, headers: Sequence[str], fields: Sequence[str]) -> None:
    if field != "key" and field not in fields:
        raise WrongCall(
            f"The source's configuration names a field {field!r} that does not exist.",
            hint=f"There are key, {', '.join(fields)}.",
        )
    if column and column not in headers:
        raise WrongCall(
            f"The file has no column {column!r}, which the source names as {field}.",
            hint=f"It has {', '.join(headers)}.",
        )
