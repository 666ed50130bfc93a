"""IMS registrations over ESP-NULL as raw Ethernet frames, made from templates.

Each registration is the four messages of TS 24.229 5.1.1.5: REGISTER and 401 in the clear, the
protected REGISTER and its 200 in transport mode ESP with NULL encryption and HMAC-MD5-96 (RFC 2403,
keyed with an IK of its own). Addresses, SPIs, Call-IDs and nonces are distinct for each
registration and depend on nothing but its number.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator

from tests.benchmarks.wire import ESP, UDP, address, ethernet, ipv4, udp

MILLISECOND = 1_000_000
PROXIES = 4  # P-CSCFs the phones are spread over
DOMAIN = b"ims.mnc001.mcc001.3gppnetwork.org"

REGISTER = b"""REGISTER sip:%(domain)b SIP/2.0
Via: SIP/2.0/UDP %(ue)b:%(via_port)d;branch=z9hG4bK%(branch)b;rport
Max-Forwards: 70
Route: <sip:%(proxy)b:%(route_port)d;lr>
From: <sip:%(impi)b>;tag=%(tag)b
To: <sip:%(impi)b>
Call-ID: %(call_id)b
CSeq: %(cseq)d REGISTER
Contact: <sip:%(ue)b:%(port_us)d>;+sip.instance="<urn:gsma:imei:35824005-%(tail)b-0>";\
+g.3gpp.icsi-ref="urn%%3Aurn-7%%3A3gpp-service.ims.icsi.mmtel";+g.3gpp.smsip
Expires: 600000
Supported: path, gruu, sec-agree
Require: sec-agree
Proxy-Require: sec-agree
Security-Client: ipsec-3gpp;alg=hmac-md5-96;ealg=null;mod=trans;port-c=%(port_uc)d;\
port-s=%(port_us)d;prot=esp;spi-c=%(spi_uc)d;spi-s=%(spi_us)d
%(verify)bP-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=0010100010019B01
User-Agent: handset/4.2
Allow: INVITE, ACK, BYE, CANCEL, MESSAGE, OPTIONS, NOTIFY, PRACK, UPDATE, REFER
Authorization: Digest username="%(impi)b",realm="%(domain)b",uri="sip:%(domain)b",\
%(credentials)b,algorithm=AKAv1-MD5
P-Preferred-Identity: <sip:%(impi)b>
Content-Length: 0

"""
VERIFY = b"Security-Verify: %(server)b\n"
SERVER = b"""ipsec-3gpp;q=0.1;prot=esp;mod=trans;spi-c=%(spi_pc)d;spi-s=%(spi_ps)d;\
port-c=%(port_pc)d;port-s=%(port_ps)d;alg=hmac-md5-96;ealg=null"""
EMPTY = b'nonce="",response=""'
ANSWER = b'nonce="%(nonce)b",response="%(response)b",qop=auth,nc=00000001,cnonce="%(cnonce)b"'

UNAUTHORIZED = b"""SIP/2.0 401 Unauthorized
Via: SIP/2.0/UDP %(ue)b:%(via_port)d;branch=z9hG4bK%(branch)b;rport=%(via_port)d
Path: <sip:term@pcscf.%(domain)b;lr>
From: <sip:%(impi)b>;tag=%(tag)b
To: <sip:%(impi)b>;tag=%(to_tag)b
Call-ID: %(call_id)b
CSeq: %(cseq)d REGISTER
Server: registrar/7.1
Supported: sec-agree
Require: sec-agree
Security-Server: %(server)b
WWW-Authenticate: Digest realm="%(domain)b",nonce="%(nonce)b",algorithm=AKAv1-MD5,\
qop="auth"
P-Charging-Vector: icid-value="%(tag)b.%(tail)b";icid-generated-at=%(proxy)b;\
orig-ioi=%(domain)b
Allow: INVITE, ACK, BYE, CANCEL, MESSAGE, OPTIONS, NOTIFY, PRACK, UPDATE, REFER
Content-Length: 0

"""

OK = b"""SIP/2.0 200 OK
Via: SIP/2.0/UDP %(ue)b:%(via_port)d;branch=z9hG4bK%(branch)b;rport=%(via_port)d
Path: <sip:term@pcscf.%(domain)b;lr>
Service-Route: <sip:orig@scscf.%(domain)b:6060;lr>
From: <sip:%(impi)b>;tag=%(tag)b
To: <sip:%(impi)b>;tag=%(to_tag)b
Call-ID: %(call_id)b
CSeq: %(cseq)d REGISTER
Contact: <sip:%(ue)b:%(port_us)d>;+sip.instance="<urn:gsma:imei:35824005-%(tail)b-0>";\
+g.3gpp.icsi-ref="urn%%3Aurn-7%%3A3gpp-service.ims.icsi.mmtel";+g.3gpp.smsip;expires=600000
P-Associated-URI: <sip:%(impi)b>, <tel:+1555%(tail)b0>
Server: registrar/7.1
Date: Tue, 14 Nov 2023 22:13:20 GMT
Supported: path, gruu, sec-agree
Require: outbound
P-Charging-Vector: icid-value="%(tag)b.%(tail)b";icid-generated-at=%(proxy)b;\
orig-ioi=%(domain)b;term-ioi=%(domain)b
Allow: INVITE, ACK, BYE, CANCEL, MESSAGE, OPTIONS, NOTIFY, PRACK, UPDATE, REFER
Content-Length: 0

"""
REGISTER, UNAUTHORIZED, OK = (text.replace(b"\n", b"\r\n") for text in (REGISTER, UNAUTHORIZED, OK))
VERIFY = VERIFY.replace(b"\n", b"\r\n")

PADDING = tuple(bytes(range(1, count + 1)) + bytes([count, UDP]) for count in range(4))


def esp_null(spi: int, sequence: int, payload: bytes, key: bytes) -> bytes:
    """Transport mode ESP of a UDP datagram (RFC 4303 2): NULL encrypted, 12 octet HMAC-MD5-96."""
    head = spi.to_bytes(4, "big") + sequence.to_bytes(4, "big")
    packet = head + payload + PADDING[-(len(payload) + 2) % 4]
    return packet + hmac.digest(key, packet, "md5")[:12]


def registration(number: int, start: int) -> Iterator[tuple[int, bytes]]:
    """The four frames of one registration, each with its time (ns), the first at `start`."""
    seed = hashlib.sha512(b"registration %d" % number).digest()
    text = seed.hex().encode()
    user = address((10 << 24 | 1 << 16) + number)
    proxy = address((172 << 24 | 16 << 16 | 10) + number % PROXIES)
    dotted_user, dotted_proxy = (".".join(map(str, raw)).encode() for raw in (user, proxy))
    # within 49200 to 53295 Wireshark gives no port to another protocol
    port_uc = 49_200 + 2 * (seed[0] << 3 | seed[1] & 7)
    port_pc = 45_060 + 2 * (seed[2] & 63)
    spi_u = 0x1000_0000 + (2 * number * 40_503) % 0x1000_0000
    spi_p = 0x3000_0000 + (2 * number * 40_507) % 0x1000_0000
    values: dict[bytes, bytes | int] = {
        b"domain": DOMAIN,
        b"impi": b"00101%010d@%b" % (number, DOMAIN),
        b"tail": b"%06d" % number,
        b"ue": dotted_user,
        b"proxy": dotted_proxy,
        b"call_id": text[:24] + b"@" + dotted_user,
        b"tag": text[24:32],
        b"to_tag": text[32:42],
        b"port_uc": port_uc,
        b"port_us": port_uc + 1,
        b"spi_uc": spi_u,
        b"spi_us": spi_u + 1,
        b"spi_pc": spi_p,
        b"spi_ps": spi_p + 1,
        b"port_pc": port_pc,
        b"port_ps": port_pc + 1,
        b"nonce": base64.b64encode(seed[:32]),
        b"response": text[64:96],
        b"cnonce": text[96:104],
    }
    values[b"server"] = SERVER % values
    key = seed[48:]

    values |= {b"via_port": 5060, b"route_port": 5060, b"branch": text[42:58], b"cseq": 1}
    values |= {b"verify": b"", b"credentials": EMPTY}
    pause = 80 * MILLISECOND + seed[3] * MILLISECOND
    request = udp(user, proxy, 5060, 5060, REGISTER % values)
    yield start, ethernet(ipv4(user, proxy, UDP, request))
    challenge = udp(proxy, user, 5060, 5060, UNAUTHORIZED % values)
    yield start + pause, ethernet(ipv4(proxy, user, UDP, challenge))

    values |= {
        b"via_port": port_uc + 1,
        b"route_port": port_pc + 1,
        b"branch": text[58:74],
        b"cseq": 2,
    }
    values |= {b"verify": VERIFY % values, b"credentials": ANSWER % values}
    request = udp(user, proxy, port_uc, port_pc + 1, REGISTER % values)
    protected = ethernet(ipv4(user, proxy, ESP, esp_null(spi_p + 1, 1, request, key)))
    yield start + 4 * pause, protected
    answer = udp(proxy, user, port_pc, port_uc + 1, OK % values)
    protected = ethernet(ipv4(proxy, user, ESP, esp_null(spi_u + 1, 1, answer, key)))
    yield start + 5 * pause, protected


def frames(count: int, duration: int, first: int) -> list[tuple[int, bytes]]:
    """The frames of `count` registrations that start evenly over `duration` ns, in time order."""
    step = duration // max(count, 1)
    made = [
        timed for number in range(count) for timed in registration(number, first + number * step)
    ]
    made.sort(key=lambda timed: timed[0])
    return made
