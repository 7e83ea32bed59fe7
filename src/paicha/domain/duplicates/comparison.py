"""Which households of the register look like one: candidates by what they share, then points by `weights`.

What holds: no two households are compared that share nothing worth points, so that the work grows with the register
and not with its square; a pair comes once, the lower number first; whom a change does not concern keeps the pairs it
had, for nothing that their points rest on has changed.
"""

from __future__ import annotations

import polars as pl

from paicha.core.normalise import one_apart
from paicha.domain.duplicates import weights as w
from paicha.domain.duplicates.columns import BREAK

_LONGEST = 8  # characters of a name that are compared for a slip
_PEOPLE = 8  # of a household, for what two of them share with another


def find_pairs(register: pl.DataFrame) -> pl.DataFrame:
    """Every pair of the register of `LISTED` points or more.

    Columns: `first`, `second` (numbers), `points`, `name` (same, reading, one, two, ''), `bearers` of the commoner of
    the two names, `phone` (same, other, ''), `sharing` (households with the phone), `members`, `homes`, `persons`
    (lists of what both have), and truths `same_group`, `same_population`.
    """
    rows = register.with_row_index("row")
    return _score(rows, _pairs([_sharing(keys, most) for keys, most in _blocks(rows)]))


def compared_again(register: pl.DataFrame, changed: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """(pairs as `compared` gives them, numbers) of the households that a change concerns; `changed` are rows as they
    were and as they are.

    Besides those that changed, it concerns all that share something with them: how many share it has its points.
    """
    rows = register.with_row_index("row")
    blocks, touched = _blocks(rows), _blocks(changed.with_row_index("row"))
    near = [
        keys.join(theirs.select("key").unique(), on="key", how="semi")
        for (keys, _), (theirs, _) in zip(blocks, touched, strict=True)
    ]
    namesakes = rows.join(changed.select("name").unique(), on="name", how="semi").select("row")
    own = pl.concat([namesakes, *(keys.select("row") for keys in near)]).unique()
    found = []
    for keys, most in blocks:
        wanted = keys.join(own, on="row", how="semi").select("key").unique()
        found.append(_sharing(keys.join(wanted, on="key", how="semi"), most))
    pairs = _pairs(found)
    pairs = pl.concat([pairs.join(own, left_on=side, right_on="row", how="semi") for side in ("a", "b")])
    numbers = pl.concat([changed["number"], rows.join(own, on="row", how="semi")["number"]]).unique()
    return _score(rows, _pairs([pairs])), numbers


def _blocks(rows: pl.DataFrame) -> list[tuple[pl.DataFrame, int]]:
    """What households may share, each as (row, key), and how many may share one key for it to say something."""
    people = rows.select(
        "row", "village",
        person=pl.concat_str("name", pl.lit(BREAK), "members").str.split(BREAK),
    ).explode("person").filter(pl.col("person") != "")  # fmt: skip
    phones = rows.filter(pl.col("phone") != "").select("row", key=pl.col("phone").hash())
    in_village = [
        _keys(rows, "name"),
        _keys(_several(rows, "readings"), "readings"),
        _keys(people, "person"),
        _slips(rows),
    ]
    anywhere = [
        phones,
        _several(rows, "homes").select("row", key=pl.col("homes").hash()),
        _several(rows, "persons").select("row", key=pl.col("persons").hash()),
        _twos(people),
    ]
    return [(keys.unique(), w.MOST_NAMESAKES) for keys in in_village] + [
        (keys.unique(), w.MOST_SHARING) for keys in anywhere
    ]


def _pairs(found: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(found).unique().sort("a", "b")


def _several(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """A row for each text of a column that joins several."""
    there = rows.filter(pl.col(column) != "").select(
        "row", "village", "group", pl.col(column).str.split(BREAK)
    )
    return there.explode(column)


def _keys(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """What households share within a village."""
    return rows.select("row", key=pl.struct("village", column).hash())


def _slips(rows: pl.DataFrame) -> pl.DataFrame:
    """What names one character apart share within a group: the name with the character at one place left out.

    Of a name that lacks a character, the name itself is what the other shares with it.
    """
    length = pl.col("name").str.len_chars()
    short = rows.select("row", "village", "group", "name", length=length).filter(pl.col("length") <= _LONGEST)
    parts = [short.select("row", "village", "group", rest=pl.col("name"))]
    for place in range(_LONGEST):
        left = pl.col("name").str.slice(0, place) + pl.col("name").str.slice(place + 1)
        parts.append(
            short.filter(pl.col("length") > max(place, 2)).select("row", "village", "group", rest=left)
        )
    return pl.concat(parts).select("row", key=pl.struct("village", "group", "rest").hash()).unique()


def _twos(people: pl.DataFrame) -> pl.DataFrame:
    """Two people of one household, as a key: whoever has both, wherever, may be the same household."""
    few = people.filter(pl.col("row").cum_count().over("row") <= _PEOPLE).select("row", "person")
    more = few.filter(pl.len().over("row") > 1)
    both = more.join(more, on="row").filter(pl.col("person") < pl.col("person_right"))
    return both.select("row", key=pl.struct("person", "person_right").hash()).unique()


def _sharing(keys: pl.DataFrame, most: int) -> pl.DataFrame:
    """Pairs (a, b) of rows, a before b, that have a key which at most so many rows have."""
    keys = keys.filter(pl.len().over("key").is_between(2, most))
    both = keys.join(keys, on="key").filter(pl.col("row") < pl.col("row_right"))
    return both.select(a="row", b="row_right").unique()


def _score(rows: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    facts = rows.with_columns(
        bearers=pl.len().over("name"),
        sharing=pl.when(pl.col("phone") != "").then(pl.len().over("phone")).otherwise(0),
    ).drop("row")
    a, b = facts[pairs["a"]], facts[pairs["b"]]
    both = pl.concat([a.rename(_side("a")), b.rename(_side("b"))], how="horizontal")
    both = both.with_columns(
        name=_likeness_of_names(both),
        phone=pl.when((pl.col("phone_a") == "") | (pl.col("phone_b") == "")).then(pl.lit(""))
        .when(pl.col("phone_a") == pl.col("phone_b")).then(pl.lit("same")).otherwise(pl.lit("other")),
        same_village=pl.col("village_a") == pl.col("village_b"),
        members=_common(_people("a"), _people("b")),
        homes=_common(_split_texts("homes", "a"), _split_texts("homes", "b")),
        persons=_common(_split_texts("persons", "a"), _split_texts("persons", "b")),
        systems=_common(_systems("a"), _systems("b")),
        bearers=pl.max_horizontal("bearers_a", "bearers_b"),
        sharing=pl.col("sharing_a"),
    ).with_columns(
        members=pl.when(pl.col("name") == "same")
        .then(pl.col("members").list.set_difference(pl.concat_list("name_a"))).otherwise("members"),
        same_group=pl.col("same_village") & (pl.col("group_a") == pl.col("group_b")) & (pl.col("group_a") != ""),
        same_population=(pl.col("population_a") == pl.col("population_b")).fill_null(value=False),
    )  # fmt: skip
    points = _of_names() + _of_phones() + _of_numbers() + _of_members() + _of_places()
    return (
        both.with_columns(points=points.round().cast(pl.Int16))
        .filter(pl.col("points") >= w.LISTED)
        .select(
            "points", "name", "bearers", "phone", "sharing", "members", "homes", "persons", "same_group",
            "same_population", first="number_a", second="number_b",
        )
    )  # fmt: skip


def _side(side: str) -> dict[str, str]:
    columns = (
        "number", "village", "group", "name", "phone", "population", "readings", "members", "homes", "persons",
        "bearers", "sharing",
    )  # fmt: skip
    return {column: f"{column}_{side}" for column in columns}


def _likeness_of_names(both: pl.DataFrame) -> pl.Series:
    """How the heads' names are alike: same, reading, one (two where that is half of them), or ''."""
    aloud = _common(_split_texts("readings", "a"), _split_texts("readings", "b")).list.len() > 0
    said = both.select(
        how=pl.when(pl.col("name_a") == pl.col("name_b")).then(pl.lit("same"))
        .when(aloud).then(pl.lit("reading")).otherwise(pl.lit("")),
    )["how"]  # fmt: skip
    lefts, rights = both["name_a"].to_list(), both["name_b"].to_list()
    return pl.Series(
        "name",
        [
            how or ("" if not one_apart(left, right) else "two" if max(len(left), len(right)) == 2 else "one")
            for how, left, right in zip(said.to_list(), lefts, rights, strict=True)
        ],
        dtype=pl.String,
    )


def _split_texts(column: str, side: str) -> pl.Expr:
    text = pl.col(f"{column}_{side}")
    return pl.when(text == "").then(pl.lit([], dtype=pl.List(pl.String))).otherwise(text.str.split(BREAK))


def _people(side: str) -> pl.Expr:
    return pl.concat_list(pl.concat_list(f"name_{side}"), _split_texts("members", side))


def _systems(side: str) -> pl.Expr:
    return _split_texts("homes", side).list.eval(pl.element().str.split(" ").list.first()).list.unique()


def _common(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    return left.list.set_intersection(right).list.sort()


def _of_names() -> pl.Expr:
    worth = {"same": w.SAME_NAME, "reading": w.SAME_READING, "one": w.ONE_CHARACTER, "two": w.ONE_OF_TWO}
    base = pl.col("name").replace_strict(worth, default=0, return_dtype=pl.Float64)
    doublings = (pl.max_horizontal("bearers", pl.lit(2)) / 2).log(2)
    alike = pl.max_horizontal(base - w.COMMON_NAME * doublings, pl.lit(0.0))
    return pl.when(pl.col("name") == "").then(pl.lit(float(w.OTHER_NAME))).otherwise(alike)


def _of_phones() -> pl.Expr:
    same = pl.max_horizontal(
        w.SAME_PHONE - w.SHARED_PHONE * (pl.col("sharing").cast(pl.Int32) - 2), pl.lit(0)
    )
    return (
        pl.when(pl.col("phone") == "same")
        .then(same)
        .when(pl.col("phone") == "other")
        .then(w.OTHER_PHONE)
        .otherwise(0)
    )


def _of_numbers() -> pl.Expr:
    homes, persons = pl.col("homes").list.len() > 0, pl.col("persons").list.len().cast(pl.Int32)
    known = (
        pl.when(homes).then(w.SAME_NUMBER)
        .when(pl.col("systems").list.len() > 0).then(w.OTHER_NUMBER).otherwise(0)
    )  # fmt: skip
    return known + w.SAME_PERSON * pl.min_horizontal(persons, pl.lit(2))


def _of_members() -> pl.Expr:
    shared = pl.col("members").list.len().cast(pl.Int32)
    known = (pl.col("members_a") != "") & (pl.col("members_b") != "")
    none = pl.when(known).then(w.OTHER_MEMBERS).otherwise(0)
    return pl.when(shared > 0).then(w.SHARED_MEMBER * pl.min_horizontal(shared, pl.lit(3))).otherwise(none)


def _of_places() -> pl.Expr:
    groups = (pl.col("group_a") != "") & (pl.col("group_b") != "")
    place = (
        pl.when(~pl.col("same_village")).then(w.OTHER_VILLAGE)
        .when(pl.col("same_group")).then(w.SAME_GROUP).when(groups).then(w.OTHER_GROUP).otherwise(0)
    )  # fmt: skip
    return place + pl.when(pl.col("same_population")).then(w.SAME_POPULATION).otherwise(0)
