"""Text without credentials: for messages, logs, reports, and whatever else repeats what a user or a server wrote.

`mask` reads free text, `quote` a single value, and `show_key` a key. They rather hide too much than too little.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

HIDDEN: Final = "***"

_HARMLESS: Final = frozenset(
    [
        *[
            "n",
            "last",
            "digest",
            "digest-algorithm",
            "mount",
            "from",
            "tag",
            "artifactType",
            "ns",
            "ref",
            "service",
            "scope",
        ],
        *["limit", "timeout", "timeoutSeconds", "watch", "resourceVersion", "labelSelector", "fieldSelector"],
    ]
)
"""Query parameters whose values are shown: of the distribution specification, of the Kubernetes API, and of names."""
_HARMLESS_VALUE: Final = r"[\w.,:/+%~@*-]*"

# Patterns are texts, which `re` compiles at the first use and keeps: a command that reports nothing wrong saves 17 ms.

_LONGEST: Final = 80
"""Characters of a quoted value."""

_PRIVATE_KEY: Final = r"(?s)(-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----).*?(-----END [A-Z0-9 ]*-----|\Z)"
_TOKEN: Final = (
    r"\beyJ[\w-]{8,}(?:\.[\w-]+)*"  # a JSON Web Token
    r"|\b(?:gh[a-z]_|github_pat_|glpat-|dckr_[po]at_|npm_|xox[a-z]-|AGE-SECRET-KEY-)\w[\w-]{7,}"
    r"|\$2[abxy]\$\d\d\$[./\w]+"  # a line of htpasswd
)
_AUTHORIZATION: Final = r"\b((?i:basic|bearer)\s+)(?=\S*[\d=A-Z])(?!\w+=[\"'])[\w+/.~=-]{6,}"

# An @ in front of a digest separates no credentials from a host.
_AT: Final = r"@(?!sha\d+:(?:[0-9a-f]{6}|[.…<]))"
_USERINFO: Final = rf"(?s)(?P<before>.*){_AT}|(?P<encoded>.*)%40"
_LEAD: Final = r"(?:[^@]*[\"'=(<\[{,])?[A-Za-z][\w+.-]*://+|(?:[^@:]*[\"'=(<\[{,])?//|[\"'(<\[{]+"
_SCHEME: Final = r"[A-Za-z][\w+.-]*://+|//"
_HARMLESS_USER: Final = r"\W*(?:ssh://git|mailto:[\w.+-]+|User \"[^:@]+:[^:]+)"
# A nickname of cron, such as @weekly or @every 12h: nothing stands in front of its @.
_NICKNAME: Final = r"@[A-Za-z]+( +(\d+[a-z]+)+)?"
_COLON: Final = r"(?i):|%3a|//"
_PORT: Final = r"(?:\d{1,5}|PORT)(?![\w%*+~!$-])"
_USERINFO_WITH_SPACES: Final = rf"(:/+)[^\s/?#@:\[]*:(?!{_PORT})[^@\n]{{1,256}}{_AT}"
_PASSWORD_FOR_PORT: Final = rf"(?<=://)([^\s/?#@:\[\]\"'*]+):(?!{_PORT}|\*\*\*)[^\s/?#\"']+"

_A_WORD: Final = r"\S+"
# A user as Kubernetes names it in a refusal: an identity provider puts its prefix and a colon in front of an address.
_WORD_OR_USER: Final = r"(?<!\S)User \"[^\"\s]+\"(?= cannot )|\S+"
_QUERY_START: Final = r"[?&]|(?<=\S)#"
_PUNCTUATION: Final = "\"'<>)]},.;:!?\\"
_PARAMETER_END: Final = r"(&|;(?=[^\s;&=]+=))"

# An entry of a list of environment variables names the variable in one key, and has its value in another one.
_VARIABLE: Final = (
    r"\bname\\*[\"']?\s*[:=]\s*\\*[\"']?[\w.-]{0,64}(?:passw|secret|token|credential|accesskey|access_key)[\w.-]{0,64}"
    r"\\*[\"']?\s*(?:,\s*)?\\*[\"']?value"
)
_NAME: Final = (
    rf"(?i)(?:{_VARIABLE}|password|(?<!ht)passwd|passphrase|\bpass|_pass|\bpwd|_pwd|(?<!existing)(?<!existing_)(?<!pull)secret"
    r"|(?:secret|account|private|encryption|signing)[_.-]?key|api[ _.-]?key|access[ _.-]?key(?:[ _.-]?id)?"
    r"|token|credentials?|(?P<header>authorization|cookie)|signature)"
    r"(?:\\*[\"'])?(?P<separator>[^\S\n]*(?::?==?>?|:(?!//))[^\S\n]*)"
)
_QUOTED: Final = r"""(?xs) (?P<escape>\\+["']) (?:(?!\\+["']).)* (?:(?P=escape)|\Z)
      | (?P<double>") (?:\\.|[^"\\])* (?:"|\Z) | (?P<single>') (?:''|\\.|[^'\\])* (?:'|\Z) | \[ [^\]\n]* \]?"""
_BLOCK: Final = r"[|>][-+0-9]*[^\S\n]*(?:\n[^\S\n]+[^\n]*|\n(?=\n))+"
_END_OF_CLAUSE: Final = r"[,;}\])](?=[\s,;}\])]|\Z)"
_CLAUSE: Final = rf"(?!{{)(?:(?!{_END_OF_CLAUSE})[^\n])+"
_LINE: Final = {"": r"[^\n]+", '"': r'[^\n"]+', "'": r"[^\n']+"}
_WORD: Final = (
    r"(?:(?i:basic|bearer|token)\s+)?(?:[^\s&,;}\])\\\"']|[,;}\])\\\"'](?=[^\s=:,;&\"'}\])\\]+(?:[\s&,;\"'}]|\Z)))+"
)
# What begins a sentence, as in "unexpected token: expected a string", and no password.
_SENTENCE: Final = (
    r"(?i:(?:an?|the|is|are|was|were|be|must|may|can|cannot|could|did|does|do|should|will|has|have|not?|none|its?|this|all"
    r"|both|get|got|post|put|patch|head|read|write|open|stat|lookup|dial|known|remove|set|use|name|give|pass|add|create"
    r"|check|keep|move|only|at|in|on|of|for|from|to|with|without|and|or|if|too|there|you|we|input|additional|decoding"
    r"|exec|signal|service|admission|operation|internal|existing_?secret|authenti\w+|authoriz\w+|\w+n't)[^\S\n]+\S"
    r"|(?:expected|unexpected|invalid|missing|required|requires|needs|failed|failure|unable|unauthorized|forbidden|denied"
    r"|errors?|expired|empty|unknown|illegal|found|status|response|request|context|exit|line|rpc|https?|x509|tls|net|json"
    r"|yaml|oauth2?|asn1|secrets?|configmap|signature|token|credentials?|password|key|value|text|string|server|registry"
    r"|client|access|accessdenied|permission|incorrect|wrong|malformed|unsupported|bad|already|cert\w*|exec|etcdserver|sts"
    r"|go-jose/go-jose|square/go-jose|net/http|http2|proxyconnect|googleapi|strconv\.\w+)(?:[:,;]?[^\S\n]+\S|[\"'] )"
    r"|(?:expired|required|missing|empty|invalid|unknown|denied|forbidden|unauthorized|eof)[.!]?[^\S\n]*(?:\n|\Z)"
    r"|(?:true|false|null|none)(?=[\s,;}\])]|\Z)"
    r"|[a-z]+ \"[^\"\n]*\" (?:not found|is forbidden|already exists)"
    r"|[\w./-]+ (?:not found|does not exist|is missing|already exists)"
    r"|[1-5]\d\d [A-Z])"
)
# Words instead of a token, which has no spaces: "token: quota exhausted", "access key: InvalidAccessKeyId: The ...".
_NO_TOKEN: Final = (
    r"(?:(?:[A-Z]+\d{3,}|[A-Z][A-Za-z]{2,40}|[a-z]{2,20}|[a-z]+-[a-z]+):|[A-Za-z]?[a-z/-]{1,15})[^\S\n]+[\w\"']"
    r"|[1-5]\d\d(?!\w)"
)
_HAS_NO_SPACES: Final = r"(?i)token|key|signature|credential"
_OPTION: Final = (
    r"((?i:--[\w-]{0,32}(?:password|(?<!ht)passwd|token|secret))[^\S\n]+)"
    rf"(?!-|[A-Z_]+\b|{_SENTENCE})(?:\"[^\"\n]*\"?|'[^'\n]*'?|[^\s\"']+)"
)
_OPTION_USER: Final = r"((?:\s-u|--user(?:name)?)[^\S\n]+[\"']?)(?!\d+:\d+\b)[^\s:\"'@/]{1,256}:[^\s\"'/][^\s\"']*"
_ELEMENT: Final = r"(?i)(<[\w:]{0,64}(?:password|secret|token|signature|accesskey)[\w:]{0,64}>)[^<]+"
_USER_WITH_PASSWORD: Final = r"""(?ix) (\buser(?:_?name)? \\*["']? \s*[=:]\s* \\*["']?) (?!system:|arn:aws)
      [^\s"':,;&]{0,256}:[^\s"'][^"'\n,;&]*"""
_DOCKER_AUTH: Final = r"""(?x) (\b(?i:auth) \\*["']? \s*[=:]\s* \\*["']?) (?=[\w+/-]*[A-Z0-9=]) [\w+/-]{6,}={0,2}"""


def mask(text: str) -> str:
    """Return `text` with `***` for every credential; digests, ports, and names of images stay.

    Hidden are user and password of a URL, however malformed, the values of query parameters, the values of keys such as
    `password`, and private keys. Masking twice changes nothing more.
    """
    lowered = text.lower()
    for words, step in _STEPS:
        for word in words:  # not any(): this is all that happens to most texts
            if word in lowered:
                text = step(text)
                break
    return text


def quote(value: object) -> str:
    """Return a value of the user's in quotes, for a message: without credentials, on one line, at most 80 characters.

    More is hidden than by `mask`, because the end of the value is known: spaces do not end a password, and a value with
    an @ that is no URL is hidden whole.
    """
    text = mask(_without_query(_without_userinfo(str(value), is_value=True), is_value=True))
    text = _shorten(text, _LONGEST)
    return '"' + "".join(char if char.isprintable() else repr(char)[1:-1] for char in text) + '"'


def show_key(key: str) -> str:
    """Return a key of the user's as messages show it: `***` if it does not look like one, for it may be a password."""
    return key if re.fullmatch(r"[\w./ -]*|\[key\]", key) else HIDDEN


def excerpt(text: str, longest: int) -> str:
    """Return `text` without credentials, and cut to `longest` characters: after masking, as the cut may take the @."""
    return _shorten(mask(text), longest)


def _shorten(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def _without_userinfo(word: str, *, is_value: bool = False) -> str:
    found = re.match(_USERINFO, word)
    if not found or (is_value and re.fullmatch(_NICKNAME, word)):
        return word
    lead = re.match(_SCHEME if is_value else _LEAD, word)
    start = lead.end() if lead else 0
    end = found.end(found.lastgroup or 0)
    has_scheme = lead is not None and lead[0].endswith("/")
    if end < start or not (is_value or has_scheme or re.search(_COLON, word[start:end])):
        return word
    if re.fullmatch(_HARMLESS_USER, word[:end]):
        return word
    return HIDDEN if is_value and not has_scheme else f"{word[:start]}{HIDDEN}{word[end:]}"


def _without_query(word: str, *, is_value: bool = False) -> str:
    start = re.search(_QUERY_START, word)
    if not start:
        return word
    end = len(word) if is_value else max(start.end(), len(word.rstrip(_PUNCTUATION)))
    has_bare = start[0] == "?" and "/" in word[: start.start()]
    parts = re.split(_PARAMETER_END, word[start.end() : end])
    shown = (part if part in "&;" else _parameter(part, has_bare=has_bare) for part in parts)
    return f"{word[: start.end()]}{''.join(shown)}{word[end:]}"


def _parameter(text: str, *, has_bare: bool) -> str:
    name, equals, value = text.partition("=")
    if not equals or not value.strip("="):
        return HIDDEN if has_bare and text else text
    return text if name in _HARMLESS and re.fullmatch(_HARMLESS_VALUE, value) else f"{name}={HIDDEN}"


def _without_named(text: str) -> Iterator[str]:
    end = 0
    for name in re.finditer(_NAME, text):
        start = name.end()
        if name.start() < end:
            continue
        quoted = _match(_QUOTED, text, start)
        if quoted and text[quoted.end() : quoted.end() + 1].isalnum():  # 'it's no end of a value'
            quoted, value = None, _match(_CLAUSE, text, start)
        elif quoted or not name["separator"][-1:].isspace():
            value = quoted or _match(_WORD, text, start)
        elif name["header"] and not _match(_SENTENCE, text, start):
            before = text[name.start() - 1 : name.start()]
            value = _match(_LINE.get(before, _LINE[""]), text, start)
        else:
            value = None if _is_sentence(name, text) else _match(_BLOCK, text, start) or _match(_CLAUSE, text, start)
        if value and value[0].strip("\"'[]"):
            mark = quoted[quoted.lastgroup or 0] if quoted and quoted.lastgroup else ""
            yield f"{text[end:start]}{mark}{HIDDEN}{mark}"
            end = value.end()
    yield text[end:]


def _is_sentence(name: re.Match[str], text: str) -> bool:
    """Return whether words follow the name of a secret, and not its value."""
    if _match(_SENTENCE, text, name.end()):
        return True
    return bool(re.search(_HAS_NO_SPACES, name[0]) and _match(_NO_TOKEN, text, name.end()))


def _match(pattern: str, text: str, start: int) -> re.Match[str] | None:
    return re.compile(pattern).match(text, start)


# What must stand in a text for a step to find anything: most texts hold none of it, and a search for it costs little.
_STEPS: Final[tuple[tuple[tuple[str, ...], Callable[[str], str]], ...]] = (
    (("private key",), lambda text: re.sub(_PRIVATE_KEY, rf"\1{HIDDEN}\2", text)),
    (("@",), lambda text: re.sub(_USERINFO_WITH_SPACES, rf"\1{HIDDEN}@", text)),
    (("@", "%40"), lambda text: re.sub(_WORD_OR_USER, lambda word: _without_userinfo(word[0]), text)),
    (("://",), lambda text: re.sub(_PASSWORD_FOR_PORT, rf"\1:{HIDDEN}", text)),
    (("?", "&", "#"), lambda text: re.sub(_A_WORD, lambda word: _without_query(word[0]), text)),
    (("user",), lambda text: re.sub(_USER_WITH_PASSWORD, rf"\1{HIDDEN}", text)),
    (
        ("pass", "pwd", "secret", "key", "token", "credential", "authorization", "signature", "cookie"),
        lambda text: "".join(_without_named(text)),
    ),
    (("--", " -u"), lambda text: re.sub(_OPTION_USER, rf"\1{HIDDEN}", re.sub(_OPTION, rf"\1{HIDDEN}", text))),
    (("<",), lambda text: re.sub(_ELEMENT, rf"\1{HIDDEN}", text)),
    (("auth",), lambda text: re.sub(_DOCKER_AUTH, rf"\1{HIDDEN}", text)),
    (("basic", "bearer"), lambda text: re.sub(_AUTHORIZATION, rf"\1{HIDDEN}", text)),
    (("eyj", "gh", "glpat", "dckr_", "npm_", "xox", "age-", "$2"), lambda text: re.sub(_TOKEN, HIDDEN, text)),
)
