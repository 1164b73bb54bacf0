"""Golden records made record by record are those that columns give, to the last bit."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tellonce.engine.golden import GoldenRules, SourceTrust, Survivorship, golden, merge
from tellonce.engine.tables import CLUSTERS, RECORDS, canonical
from tests.engine.placing.families import SOURCES, contents

ODD = (None, "", " ", "Łódź", " Mock ", "\tMOCK", "İpek", "straße")
RULES = (
    GoldenRules(),
    GoldenRules(
        survivorship=(Survivorship("passport", ("frequency",), keep=None),),
        trust=(SourceTrust("crm", 0.3), SourceTrust("web", 0.99, "email")),
        verified_sources=("shop",),
    ),
)


@st.composite
def said(draw: st.DrawFn) -> dict[str, object]:
    """A record of the families, some of whose texts are oddly written."""
    row = draw(contents())
    row["observed_at"] = draw(st.sampled_from([None, datetime(2024, 1, 1, tzinfo=UTC)]))
    row["birth_date_ambiguous"] = draw(st.sampled_from([None, True, False]))
    row["names"][0]["middle"] = draw(st.sampled_from(ODD))
    row["names"][0]["full"] = draw(st.sampled_from(ODD))
    row["organisations"] = draw(st.lists(st.sampled_from(ODD), max_size=2))
    row["addresses"] += [{"full": draw(st.sampled_from(ODD)), "kind": "mailing"}]
    return {**row, "source": draw(st.sampled_from(SOURCES))}


@settings(suppress_health_check=list(HealthCheck))
@given(st.lists(said(), max_size=6), st.sampled_from(RULES), st.data())
def test_few_records_have_the_golden_values_that_columns_give(
    rows: list[dict[str, object]], rules: GoldenRules, data: st.DataObject
) -> None:
    named = [{**row, "record_id": str(n)} for n, row in enumerate(rows)]
    records = canonical(pa.Table.from_pylist(named, schema=RECORDS))
    of = [data.draw(st.integers(0, row)) for row in range(len(rows))]
    clusters = [
        {"row": row, "cluster": cluster, "confidence": data.draw(st.sampled_from([0.97, 0.5, 1.0]))}
        for row, cluster in enumerate(of)
    ]
    told = pa.Table.from_pylist(clusters, schema=CLUSTERS)
    found = []
    for few in (16, 0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(merge, "FEW", few)
            found.append(golden(records, told, rules).to_pylist())
    assert found[0] == found[1]
