"""First look at a rule's text: a closed list of tokens, every name known, with exact places.

sqlglot is generous: it reads `nvl`, `==`, quoted names and comments, and drops a wrong word into an
alias. The language is closed, so each token is judged before sqlglot's parser sees it. A question may
be called `group` or `rows`: its token is handed on as an identifier, so that no keyword of any dialect
gets in its way.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import Token, TokenType
from sqlglot.tokens import Tokenizer

from paicha.core.expressions.errors import ExpressionError
from paicha.core.expressions.vocabulary import LIMIT, Vocabulary

MAX_LENGTH = 4000
MAX_DEPTH = 40

_SYMBOLS = frozenset({"=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "(", ")", ",", ":"})
_WORDS = frozenset({"AND", "OR", "NOT", "IN", "IS", "NULL", "LIKE", "TRUE", "FALSE"})
_COMPARING = frozenset({"=", "<>", "<", "<=", ">", ">=", "IS", "IN", "LIKE"})
_FUNCTIONS = frozenset({"coalesce", "array_contains"})
_FOREIGN = frozenset(
    {"ALL", "ANY", "AS", "BETWEEN", "CASE", "CAST", "DISTINCT", "DIV", "ELSE", "END", "ESCAPE", "EXISTS"}
    | {"FROM", "ILIKE", "INTERVAL", "MOD", "REGEXP", "RLIKE", "SELECT", "SIMILAR", "SOME", "THEN", "WHEN"}
    | {"WHERE", "XOR"}
)
_WORD = re.compile(r"[^\W\d]\w*")
_REMEDIES = {
    "!=": "不等于请写 <>",
    "==": "等于请写 =",
    "<=>": "请用 = 和 IS NULL 分开写",
    "/": "没有除法：请把另一边乘过去",
    "%": "没有取余，请换一种写法",
    "||": "没有文字连接，请换一种写法",
    ";": "一条规则只有一个表达式，去掉分号",
    ".": "名称前不加表名，数字不带小数",
}


class Lexer:
    """Tokens of one text; `errors` holds what is wrong, in places of that text."""

    def __init__(self, text: str, vocabulary: Vocabulary, condition: str | None) -> None:
        self._text = text
        self._vocabulary = vocabulary
        self._condition = condition
        self.errors: list[ExpressionError] = []

    def tokens(self) -> list[Token]:
        """Judged tokens, ready for sqlglot's parser; complete only when `errors` stays empty."""
        if not self._text.strip():
            self._error("empty", 0, "表达式是空的：请写出条件，例如 housing = 1")
            return []
        if len(self._text) > MAX_LENGTH:
            self._error("too_long", MAX_LENGTH, f"表达式超过 {MAX_LENGTH} 个字：请拆成命名条件")
            return []
        try:
            raw = Tokenizer().tokenize(self._text)
        except TokenError:
            self._error("syntax", 0, "引号没有配对：文字请用一对单引号括起，例如 LIKE '%低保%'")
            return []
        self._brackets(raw)
        return [self._judge(raw, i) for i in range(len(raw))]

    def _error(self, code: str, position: int, message: str) -> None:
        self.errors.append(ExpressionError.of(code, position, message, self._condition))

    def _brackets(self, tokens: Sequence[Token]) -> None:
        """No more brackets than the limit, and one comparison between junctions, commas and brackets.

        Readers of SQL disagree on `a = 1 IS NULL` (sqlglot and Polars do), so both are asked to be bracketed.
        """
        compared = [False]
        for token in tokens:
            word = token.text.upper() if token.token_type is not TokenType.STRING else ""
            if word == "(":
                compared.append(False)
                if len(compared) > MAX_DEPTH + 1:
                    self._error("too_deep", token.start, f"括号超过 {MAX_DEPTH} 层：请拆成命名条件")
                    return
            elif word == ")" and len(compared) > 1:
                compared.pop()
            elif word in ("AND", "OR", ","):
                compared[-1] = False
            elif word in _COMPARING:
                if compared[-1]:
                    self._error(
                        "brackets", token.start, "这里有两种读法：请给先算的部分加括号，例如 (a = 1) IS NULL"
                    )
                compared[-1] = True

    def _judge(self, tokens: Sequence[Token], i: int) -> Token:
        token = tokens[i]
        if token.comments:
            self._error("comment", token.start, "表达式里不写注释：说明请写在规则的 note 里")
        source = self._text[token.start : token.end + 1]
        if token.token_type is TokenType.STRING:
            self._string(token, source)
        elif token.token_type is TokenType.NUMBER:
            self._number(token, source)
        elif _WORD.fullmatch(source):
            return self._word(tokens, i)
        elif token.token_type is TokenType.IDENTIFIER:
            self._error("quoted", token.start, f"名称不加引号：请直接写 {token.text}；文字请用单引号")
        elif source not in _SYMBOLS:
            remedy = _REMEDIES.get(source, "可用的有 = <> < <= > >= + - * 和括号")
            self._error("symbol", token.start, f"不能用 {source}：{remedy}")
        return token

    def _string(self, token: Token, source: str) -> None:
        if not source.startswith("'"):
            self._error("symbol", token.start, "请用一对单引号")
        elif "\\" in token.text or any(ord(c) < 32 or ord(c) == 127 for c in token.text):
            self._error("text", token.start, "文字里不能有反斜杠和控制字符：请去掉")

    def _number(self, token: Token, source: str) -> None:
        if not re.fullmatch(r"[0-9]+", source):
            self._error("number", token.start, f"{source} 不是整数：规则里只用整数，金额以元计")
        elif int(source) > LIMIT:
            self._error("number", token.start, f"{source} 超过 2 的 53 次方：请改小")

    def _word(self, tokens: Sequence[Token], i: int) -> Token:
        token = tokens[i]
        word = self._text[token.start : token.end + 1]
        before = tokens[i - 1].text if i else ""
        if word in self._vocabulary.problems:
            self._error("name", token.start, self._vocabulary.problems[word])
            return self._identifier(token, word)
        after = tokens[i + 1] if i + 1 < len(tokens) else None
        if before == ":":
            if word not in self._vocabulary.parameters:
                self._unknown("parameter", f"参数 :{word}", word, list(self._vocabulary.parameters), token)
            return self._identifier(token, word)
        if word in self._vocabulary.symbols or word in self._vocabulary.conditions:
            return self._identifier(token, word)
        if word.upper() in _WORDS:
            if word.upper() == "NULL" and before.upper() not in ("IS", "NOT"):
                self._error("null", token.start, "NULL 不能当值用：请写成 IS NULL 或 IS NOT NULL")
            return token
        if after is not None and word.upper() == "DATE" and after.token_type is TokenType.STRING:
            return token
        if after is not None and after.text == "(":
            if word.lower() not in _FUNCTIONS:
                self._error(
                    "function",
                    token.start,
                    f"没有函数 {word}：只有 coalesce 和 array_contains；多选题请用 array_contains",
                )
            return token
        if word.upper() in _FOREIGN:
            remedy = (
                "请写成两个比较，中间用 AND"
                if word.upper() == "BETWEEN"
                else "请用比较、AND、OR、NOT、IN 来写"
            )
            self._error("word", token.start, f"规则里没有 {word.upper()}：{remedy}")
            return token
        names = [*self._vocabulary.symbols, *self._vocabulary.conditions]
        self._unknown("name", f"名称 {word}", word, names, token)
        return self._identifier(token, word)

    def _unknown(self, code: str, what: str, word: str, known: list[str], token: Token) -> None:
        near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
        remedy = f"是不是 {near[0]}？" if near else "请核对题目、事实和条件的名称"
        self._error(f"unknown_{code}", token.start, f"没有{what}：{remedy}")

    @staticmethod
    def _identifier(token: Token, word: str) -> Token:
        return Token(TokenType.IDENTIFIER, word, token.line, token.col, token.start, token.end)
