"""What a constraint of the pack says of a question, as an expression: once, for every engine.

Why: constraints follow from the questions; as checked trees they go the way of the rules to columns, to rows and to
a browser, so that no target can read one differently. Each is true where its message is due. Beside answers they
read the days of the row's round under `DAYS`, names that no pack can give.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from paicha.core.expressions import Expression, Kind, Symbol, Vocabulary, expression_of, tree
from paicha.core.expressions.tree import Comparison, Constant, Node
from paicha.core.pack.forms import Question
from paicha.core.pack.models import Pack
from paicha.core.pack.rules import Constraint
from paicha.core.pack.vocabulary import symbol_of, vocabulary

TODAY, OPENS_ON, CLOSES_ON = DAYS = ("_today", "_opens_on", "_closes_on")
_MET = "_met"
LABELS = {TODAY: "今天", OPENS_ON: "本轮开始那天", CLOSES_ON: "本轮结束那天", _MET: "算已排查"}
_DATED = ("future", "period")


@dataclass(frozen=True, slots=True)
class ConstraintTest:
    """A constraint on one question: `expression` is true where its message is due. `form`: the only one that it
    runs on, None for all."""

    constraint: Constraint
    question: Question
    expression: Expression
    form: str | None = None


def household_tests(pack: Pack) -> tuple[ConstraintTest, ...]:
    """Every constraint on household rows, in a fixed order for a pack, the dated ones last."""
    return (*_dateless_tests(pack), *_date_tests(pack))


def profile_tests(
    pack: Pack, questions: Collection[str], required: Collection[str]
) -> tuple[ConstraintTest, ...]:
    """Every constraint on the answers of a form that isn't a household's: required, option and count.

    One that names its questions takes the place of the one of its kind that names none.
    """
    asked = [pack.questions[name] for name in dict.fromkeys(questions)]
    own = {(c.kind, name) for c in pack.constraints for name in c.questions}
    over = Vocabulary({question.name: symbol_of(question.name, question) for question in asked})
    tests: list[ConstraintTest] = []
    for constraint in pack.constraints:
        kind, named = constraint.kind, constraint.questions
        if kind in ("option", "count"):
            mine = [q for q in asked if (q.name in named if named else (kind, q.name) not in own)]
            tests += _tests(constraint, (q for q in mine if _applies(constraint, q)), over)
        elif kind == "required" and not named:
            tests += _tests(constraint, (pack.questions[name] for name in required), over)
    return tuple(tests)


def met_expression(pack: Pack) -> Expression | None:
    """True where the household was met, an outcome that goes without saying put in; None: the pack asks for none."""
    if not pack.outcome:
        return None
    over = vocabulary(pack, "household")
    return expression_of(_met_condition(pack, over), over)


def _met_condition(pack: Pack, over: Vocabulary) -> Node:
    said = tree.Coalesce((_name(over, pack.outcome.question), Constant(pack.outcome.default)))
    return tree.Condition(_MET, tree.In(said, tuple(map(Constant, pack.met_by))))


def _dateless_tests(pack: Pack) -> Iterator[ConstraintTest]:
    asked = [pack.questions[name] for name in pack.answer_questions]
    over = vocabulary(pack, "household")
    for constraint in pack.constraints:
        if constraint.kind == "required":
            yield from _required_tests(pack, constraint, over)
        elif constraint.kind not in _DATED:
            named = [q for q in asked if not constraint.questions or q.name in constraint.questions]
            yield from _tests(constraint, (q for q in named if _applies(constraint, q)), over)


def _date_tests(pack: Pack) -> Iterator[ConstraintTest]:
    known = vocabulary(pack, "household")
    over = Vocabulary({**known.symbols, **{name: Symbol(name, Kind.DATE) for name in DAYS}})
    for constraint in pack.constraints:
        if constraint.kind in _DATED:
            yield from _tests(constraint, (pack.questions[name] for name in constraint.questions), over)


def _tests(
    constraint: Constraint, questions: Iterable[Question], over: Vocabulary
) -> Iterator[ConstraintTest]:
    for question in questions:
        yield ConstraintTest(constraint, question, expression_of(_broken(constraint, question, over), over))


def _applies(constraint: Constraint, question: Question) -> bool:
    """Whether a constraint of this kind can be tested on a question."""
    match constraint.kind:
        case "option":
            return question.type in ("choice", "choices")
        case "range":
            return question.type == "integer"
        case "count":
            return question.type == "integer" and question.usual_high is None  # else `usual`
        case "usual":
            return question.usual_high is not None
        case "phone":
            return question.format == "phone"
        case "people_name":
            return question.format == "person"
        case _:
            return False


def _required_tests(pack: Pack, constraint: Constraint, over: Vocabulary) -> Iterator[ConstraintTest]:
    """One a form: of a household that was met what the form requires, of another one what its outcome needs."""
    elsewhere = {q for c in pack.constraints if c.kind == "required" for q in c.questions}
    for form in pack.household_forms.values():
        for name in form.questions:
            mine = name in constraint.questions if constraint.questions else name not in elsewhere
            when_met, when_not = name in form.required, name in pack.outcome.needs
            if mine and (when_met or when_not):
                question = pack.questions[name]
                node = _is_unanswered(question, over)
                if pack.outcome and not (when_met and when_not):
                    gate = _met_condition(pack, over)
                    node = tree.Join("AND", (gate if when_met else tree.Not(gate), node))
                yield ConstraintTest(constraint, question, expression_of(node, over), form.name)


def _broken(constraint: Constraint, question: Question, over: Vocabulary) -> Node:
    """Where the answer breaks a constraint that applies to the question."""
    answer, numbers = _name(over, question.name), tuple(option.number for option in question.options)
    match constraint.kind:
        case "required":
            return _is_unanswered(question, over)
        case "option" if question.type == "choice":
            return tree.Not(tree.In(answer, tuple(map(Constant, numbers))))
        case "option":
            return tree.Not(tree.AllIn(answer, numbers))
        case "usual":
            unusual = tree.Compare(">", answer, Constant(question.usual_high or 0))
            possible = tree.Compare("<=", answer, Constant(question.high or 0))
            return tree.Join("AND", (unusual, possible)) if question.high else unusual
        case "phone":
            return tree.Not(tree.Matches(answer, "phone"))
        case "people_name":
            return tree.Not(tree.Matches(answer, "person"))
        case "future":
            return _day(answer, ">", TODAY)
        case "period":
            late = tree.Join("AND", (_day(answer, ">", CLOSES_ON), _day(answer, "<=", TODAY)))
            return tree.Join("OR", (_day(answer, "<", OPENS_ON), late))
        case _:  # range, count
            low, high = Constant(question.low or 0), Constant(question.high or 0)
            return tree.Join("OR", (tree.Compare("<", answer, low), tree.Compare(">", answer, high)))


def _is_unanswered(question: Question, over: Vocabulary) -> Node:
    answer = _name(over, question.name)
    null = tree.IsNull(answer)
    return tree.Join("OR", (null, tree.AllIn(answer, ()))) if question.type == "choices" else null


def _day(answer: Node, operator: Comparison, day: str) -> Node:
    return tree.Compare(operator, answer, tree.Name(day, Kind.DATE))


def _name(over: Vocabulary, name: str) -> tree.Name:
    return tree.Name(name, over.symbols[name].kind)
