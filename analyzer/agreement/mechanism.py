"""An element of a Security-* list, and the list (RFC 3329 2.2, TS 33.203 Annex H), as read.

`security_list` reads them, and says what their `defects` mean.
"""

from typing import Final, Literal

import msgspec

from analyzer.agreement.parameters import SA_NAMES, Parameter, read_element

# The drafts whose headers had other names.
Older = Literal["draft-00", "arkko-00", "arkko-01"]

DEFAULTS: Final = {"ealg": "null", "prot": "esp", "mod": "trans"}
LEAST_SPI: Final = 256
LEAST_PORT: Final = 5062
"""From there on an SPI (RFC 4303 2.1), or a protected port (TS 33.203 7.1), is a usual one."""


class Mechanism(msgspec.Struct, frozen=True, gc=False):
    """One element of a Security-* list.

    Texts are as written (quotes and escapes taken off), None where the parameter is absent, ""
    where it is empty. `spi_*` is None unless a decimal number in range; `port_*` keeps a number
    out of range. `q_thousandths` is None unless q is legal. `written` are its `params`, None where
    they are read out of `raw` again when asked for. `raw` is `rows[row][span[0]:span[1]]`.
    """

    name: str
    key: str
    raw: str
    row: int
    span: tuple[int, int]
    written: tuple[Parameter, ...] | None = ()
    q: str | None = None
    q_thousandths: int | None = None
    alg: str | None = None
    ealg: str | None = None
    prot: str | None = None
    mod: str | None = None
    spi_c: int | None = None
    spi_s: int | None = None
    port_c: int | None = None
    port_s: int | None = None
    spi_c_text: str | None = None
    spi_s_text: str | None = None
    port_c_text: str | None = None
    port_s_text: str | None = None
    d_alg: str | None = None
    d_qop: str | None = None
    d_ver: str | None = None
    mediasec: bool = False
    defects: tuple[str, ...] = ()

    @property
    def params(self) -> tuple[Parameter, ...]:
        """Every parameter in order as (name as written, value or None, quoted)."""
        written = self.written
        return tuple(read_element(self.raw, [])[1]) if written is None else written

    def slim(self) -> "Mechanism":
        """The same without the parameters one by one."""
        if self.written is None:
            return self
        return Mechanism(
            self.name,
            self.key,
            self.raw,
            self.row,
            self.span,
            q=self.q,
            q_thousandths=self.q_thousandths,
            alg=self.alg,
            ealg=self.ealg,
            prot=self.prot,
            mod=self.mod,
            spi_c=self.spi_c,
            spi_s=self.spi_s,
            port_c=self.port_c,
            port_s=self.port_s,
        )

    @property
    def effective_alg(self) -> str | None:
        """Integrity algorithm in lower case; it has no default."""
        return self.alg.lower() if self.alg else None

    @property
    def effective_ealg(self) -> str:
        """Encryption algorithm in lower case; absent or empty is `null`."""
        return (self.ealg or DEFAULTS["ealg"]).lower()

    @property
    def effective_prot(self) -> str:
        """IPsec protocol in lower case; absent or empty is `esp`."""
        return (self.prot or DEFAULTS["prot"]).lower()

    @property
    def effective_mod(self) -> str:
        """IPsec mode in lower case; absent or empty is `trans`."""
        return (self.mod or DEFAULTS["mod"]).lower()

    @property
    def complete(self) -> bool:
        """Alg, both SPIs and both ports are written (TS 33.203 Annex H), legal or not."""
        return bool(
            self.alg
            and self.spi_c_text
            and self.spi_s_text
            and self.port_c_text
            and self.port_s_text
        )


class MechanismList(msgspec.Struct, frozen=True, gc=False):
    """All rows of one Security-* header of a message, joined in order (RFC 3261 7.3.1).

    `text` is the rows unfolded and joined by `, `. Empty elements are not among `elements`.
    `dialect`, `to` and `source` are those of a list of the drafts before (`older`), else "".
    Lists of one `form` (`row_forms`) differ in four usual numbers alone; "" where nothing says so.
    """

    rows: tuple[str, ...]
    text: str
    elements: tuple[Mechanism, ...]
    signalling: tuple[Mechanism, ...]
    media: tuple[Mechanism, ...]
    defects: tuple[str, ...] = ()
    dialect: Older | Literal[""] = ""
    to: str = ""
    source: str = ""
    form: str = ""


def draws_well(element: Mechanism) -> bool:
    """Its SPIs, and its ports, are two different ones, and none of them is reserved."""
    spi_c, spi_s = element.spi_c, element.spi_s
    port_c, port_s = element.port_c, element.port_s
    return (
        (spi_c is None or (spi_c >= LEAST_SPI and spi_c != spi_s))
        and (spi_s is None or spi_s >= LEAST_SPI)
        and (port_c is None or (port_c >= LEAST_PORT and port_c != port_s))
        and (port_s is None or port_s >= LEAST_PORT)
    )


def with_inherited(mechanisms: MechanismList) -> tuple[Mechanism, ...]:
    """The elements, those of ipsec-3gpp without SPI and port filled from the last complete one.

    Some networks print SPIs and ports on the last alternative only. `raw` and `params` stay as
    written.
    """
    if len(mechanisms.elements) == 1:
        return mechanisms.elements
    complete = [m for m in mechanisms.signalling if m.key == "ipsec-3gpp" and m.complete]
    if not complete:
        return mechanisms.elements
    donor = complete[-1]
    return tuple(_inherit(m, donor) for m in mechanisms.elements)


def _inherit(mechanism: Mechanism, donor: Mechanism) -> Mechanism:
    if mechanism.key != donor.key or mechanism.mediasec or _has_sa_parameter(mechanism):
        return mechanism
    return msgspec.structs.replace(
        mechanism,
        spi_c=donor.spi_c,
        spi_s=donor.spi_s,
        port_c=donor.port_c,
        port_s=donor.port_s,
        spi_c_text=donor.spi_c_text,
        spi_s_text=donor.spi_s_text,
        port_c_text=donor.port_c_text,
        port_s_text=donor.port_s_text,
    )


def _has_sa_parameter(mechanism: Mechanism) -> bool:
    return any(name.lower() in SA_NAMES for name, _, _ in mechanism.params)
