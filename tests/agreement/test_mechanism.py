"""The Security-* grammar: values from the wild, read by hand from RFC 3329 2.2 and Annex H."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import limits
from analyzer.agreement import mechanism
from analyzer.agreement.mechanism import Mechanism, parse_list, q_thousandths, with_inherited


@dataclass
class Case:
    """Rows of one header, what each element holds beside its name, and the defects of the list."""

    id: str
    rows: list[str]
    names: list[str]
    values: list[dict[str, Any]] = field(default_factory=list)
    defects: list[tuple[str, ...]] = field(default_factory=list)
    list_defects: tuple[str, ...] = ()


def sa(spi_c: int, spi_s: int, port_c: int, port_s: int, **more: Any) -> dict[str, Any]:
    return {"spi_c": spi_c, "spi_s": spi_s, "port_c": port_c, "port_s": port_s, **more}


MD5, SHA1 = "hmac-md5-96", "hmac-sha-1-96"
AES, DES3 = "aes-cbc", "des-ede3-cbc"

CASES = [
    Case(
        "E-01",
        [
            (
                "ipsec-3gpp;prot=esp;mod=trans;spi-c=2815619481;spi-s=136158516;port-c=50717;"
                "port-s=50718;ealg=null;alg=hmac-md5-96;q=0.1"
            )
        ],
        ["ipsec-3gpp"],
        [
            sa(
                2815619481,
                136158516,
                50717,
                50718,
                alg=MD5,
                ealg="null",
                prot="esp",
                mod="trans",
                q="0.1",
                q_thousandths=100,
                complete=True,
            )
        ],
    ),
    Case(
        "E-02a",
        [
            (
                "ipsec-3gpp; alg=hmac-sha-1-96; ealg=aes-cbc; spi-c=7449812; spi-s=176466735; "
                "port-c=45061; port-s=45062"
            )
        ],
        ["ipsec-3gpp"],
        [
            sa(
                7449812,
                176466735,
                45061,
                45062,
                alg=SHA1,
                ealg=AES,
                prot=None,
                mod=None,
                q=None,
                q_thousandths=None,
                effective_prot="esp",
                effective_mod="trans",
            )
        ],
    ),
    Case(
        "E-02b",
        [
            (
                "ipsec-3gpp; q=0.1; alg=hmac-sha-1-96; ealg=aes-cbc; spi-c=86438593; "
                "spi-s=86438592; port-c=33421; port-s=6000"
            )
        ],
        ["ipsec-3gpp"],
        [sa(86438593, 86438592, 33421, 6000, q_thousandths=100)],
    ),
    Case(
        "E-03a",
        [
            (
                "ipsec-3gpp;alg=hmac-md5-96;ealg=aes-cbc;prot=esp;mod=trans;port-c=61676;"
                "port-s=61662;spi-c=4294967295;spi-s=67890,tls;q=0.2"
            )
        ],
        ["ipsec-3gpp", "tls"],
        [sa(4294967295, 67890, 61676, 61662), {"q": "0.2", "q_thousandths": 200, "alg": None}],
    ),
    Case(
        "E-03b",
        ["ipsec-ike;q=0.1,tls;q=0.2;test=123"],
        ["ipsec-ike", "tls"],
        [{"q_thousandths": 100}, {"params": (("q", "0.2", False), ("test", "123", False))}],
    ),
    Case(
        "E-03c",
        [
            (
                "ipsec-ike;q=0.1,ipsec-3gpp;alg=hmac-md5-96;prot=esp;mod=trans;ealg=aes-cbc;"
                "spi-c=5000;spi-s=5001;port-c=78952;port-s=77854"
            )
        ],
        ["ipsec-ike", "ipsec-3gpp"],
        [{}, sa(5000, 5001, 78952, 77854)],
        [(), ("port-range",)],
    ),
    Case(
        "E-03d",
        [
            (
                "ipsec-3gpp;alg=hmac-md5-96;prot=esp;mod=trans;ealg=aes-cbc;spi-c=5000;"
                "spi-s=5001;port-c=9999;port-s=20000,ipsec-ike;q=0.1;test=458;toto"
            )
        ],
        ["ipsec-3gpp", "ipsec-ike"],
        [
            sa(5000, 5001, 9999, 20000),
            {"params": (("q", "0.1", False), ("test", "458", False), ("toto", None, False))},
        ],
    ),
    # E-04a, E-06, E-20, E-21, E-22 and E-36 are shortened in their source: alternatives by rows.
    Case(
        "E-04a",
        [
            (
                "ipsec-3gpp; alg=hmac-md5-96; ealg=des-ede3-cbc; spi-c=1028536224; "
                "spi-s=455113919; port-c=8034; port-s=8904,ipsec-3gpp; alg=hmac-md5-96; "
                "ealg=aes-cbc"
            )
        ],
        ["ipsec-3gpp", "ipsec-3gpp"],
        [sa(1028536224, 455113919, 8034, 8904, alg=MD5, ealg=DES3), {"ealg": AES, "spi_c": None}],
    ),
    Case(
        "E-04b",
        [
            (
                "ipsec-3gpp;alg=hmac-md5-96;prot=esp;mod=trans;ealg=null;spi-c=2634663370;"
                "spi-s=3399226064;port-c=9950;port-s=9900"
            )
        ],
        ["ipsec-3gpp"],
        [sa(2634663370, 3399226064, 9950, 9900, q=None)],
    ),
    Case(
        "E-05",
        [
            (
                "ipsec-3gpp; q=0.1; alg=hmac-md5-96; ealg=des-ede3-cbc; prot=ah; mod=trans; "
                "spi-c=3333; spi-s=4444; port-c=5066; port-s=5068"
            )
        ],
        ["ipsec-3gpp"],
        [sa(3333, 4444, 5066, 5068, prot="ah", effective_prot="ah")],
    ),
    Case(
        "E-06",
        [
            (
                "ipsec-3gpp; alg=hmac-md5-96; ealg=des-ede3-cbc; spi-c=3209021766; "
                "spi-s=1275621893; port-c=44596; port-s=42306,ipsec-3gpp; alg=hmac-md5-96; "
                "ealg=aes-cbc"
            )
        ],
        ["ipsec-3gpp", "ipsec-3gpp"],
        [sa(3209021766, 1275621893, 44596, 42306), {"alg": MD5}],
    ),
    Case(
        "E-07",
        [
            (
                "ipsec-3gpp;alg=hmac-md5-96;ealg=aes-cbc;spi-c=73991669;spi-s=3963789885;"
                "port-c=42184;port-s=43002"
            )
        ],
        ["ipsec-3gpp"],
        [sa(73991669, 3963789885, 42184, 43002, complete=True)],
    ),
    Case(
        "E-08",
        [
            (
                "ipsec-3gpp;prot=esp;mod=trans;spi-c=45597;spi-s=45598;port-c=6101;port-s=6100;"
                "alg=hmac-md5-96;ealg=null, ipsec-3gpp;prot=esp;mod=trans;spi-c=45597;"
                "spi-s=45598;port-c=6101;port-s=6100;alg=hmac-sha-1-96;ealg=null"
            )
        ],
        ["ipsec-3gpp", "ipsec-3gpp"],
        [sa(45597, 45598, 6101, 6100, alg=MD5), sa(45597, 45598, 6101, 6100, alg=SHA1)],
    ),
    Case(
        "E-09",
        [
            (
                "ipsec-3gpp;q=0.6;alg=hmac-md5-96;ealg=aes-cbc;spi-c=1;spi-s=2;port-c=32920;"
                "port-s=5067"
            ),
            (
                "ipsec-3gpp;q=0.4;alg=hmac-md5-96;ealg=des-ede3-cbc;spi-c=1;spi-s=2;"
                "port-c=32920;port-s=5067"
            ),
        ],
        ["ipsec-3gpp", "ipsec-3gpp"],
        [
            sa(1, 2, 32920, 5067, q_thousandths=600, row=0),
            sa(1, 2, 32920, 5067, q_thousandths=400, row=1),
        ],
    ),
    Case(
        "E-10a",
        [
            (
                "ipsec-3gpp; q=0.1; alg=hmac-md5-96; ealg=null; spi-c=5764929; spi-s=5764928; "
                "port-c=32805; port-s=6000"
            )
        ],
        ["ipsec-3gpp"],
        [sa(5764929, 5764928, 32805, 6000, complete=True)],
    ),
    Case(
        "E-10b",
        [
            (
                "ipsec-3gpp; q=0.1; alg=hmac-md5-96; ealg=null; spi-c=5764929; spi-s=5764928; "
                "port-c=32805"
            )
        ],
        ["ipsec-3gpp"],
        [{"port_s": None, "port_s_text": None, "complete": False}],
    ),
    Case(
        "E-12",
        [
            (
                "ipsec-3gpp;q=1.000;alg=hmac-sha-1-96;prot=esp;mod=trans;ealg=null;"
                "spi-c=0000001001;spi-s=0000001002;port-c=40666;port-s=55610"
            )
        ],
        ["ipsec-3gpp"],
        [sa(1001, 1002, 40666, 55610, spi_c_text="0000001001", q_thousandths=1000)],
    ),
    Case(
        "E-13",
        ["ipsec-3gpp ; q=0.1"],
        ["ipsec-3gpp"],
        [{"q_thousandths": 100, "complete": False, "effective_ealg": "null"}],
    ),
    Case(
        "E-14",
        [
            (
                "ipsec-3gpp;q=0.5;alg=hmac-sha-1-96;prot=esp;mod=trans;ealg=aes-cbc;"
                "spi-c=3303352042;spi-s=2316000876;port-c=50601;port-s=50600"
            )
        ],
        ["ipsec-3gpp"],
        [sa(3303352042, 2316000876, 50601, 50600, q_thousandths=500)],
    ),
    Case(
        "E-15",
        [
            (
                "ipsec-3gpp; alg=hmac-sha-1-96; ealg=aes-cbc; prot=esp; mod=trans; "
                "spi-c=1546543; spi-s=1546542; port-c=32773; port-s=6000"
            )
        ],
        ["ipsec-3gpp"],
        [sa(1546543, 1546542, 32773, 6000, mod="trans")],
    ),
    Case(
        "E-16",
        [
            (
                "ipsec-3gpp; q=0.1; alg=hmac-md5-96; ealg=null; spi-c=4289143273; "
                "spi-s=4289143272; port-c=65485; port-s=6000"
            )
        ],
        ["ipsec-3gpp"],
        [sa(4289143273, 4289143272, 65485, 6000)],
    ),
    Case(
        "E-17",
        [
            (
                "ipsec-3gpp;alg=hmac-sha-1-96;prot=esp;mod=trans;ealg=aes-cbc;s\r\n"
                "pi-c=2605593363;spi-s=3790665812;port-c=9950;port-s=9900"
            )
        ],
        ["ipsec-3gpp"],
        [sa(2605593363, 3790665812, 9950, 9900)],
        [("fold-in-token",)],
    ),
    Case(
        "E-18",
        [
            (
                "invalid, ipsec-3gpp;q=0.5;alg=hmac-sha-1-96;prot=esp;mod=trans;ealg=null;"
                "spi-c=52340051;spi-s=3859;port-c=7807;port-s=7777, invalid2;q=0.9, "
                "ipsec-3gpp;q=0.6;alg=hmac-md5-96;prot=esp;mod=trans;ealg=aes-cbc;"
                "spi-c=52340051;spi-s=3859;port-c=7807;port-s=7777, ipsec-3gpp;q=0.7;"
                "alg=notsupported;prot=esp;mod=trans;ealg=aes-cbc;spi-c=52340051;spi-s=3859;"
                "port-c=7807;port-s=7777,"
            )
        ],
        ["invalid", "ipsec-3gpp", "invalid2", "ipsec-3gpp", "ipsec-3gpp"],
        [
            {"params": ()},
            sa(52340051, 3859, 7807, 7777),
            {"q_thousandths": 900},
            {"q_thousandths": 600},
            {"alg": "notsupported"},
        ],
        list_defects=("empty-element", "trailing-comma"),
    ),
    Case(
        "E-19",
        [
            (
                "ipsec-3gpp;q=0.5;alg=hmac-sha-1-96;prot=esp;mod=trans;ealg=null;"
                "spi-c=52340051;spi-s=3859;port-c=7807;port-s=7777"
            )
        ],
        ["ipsec-3gpp"],
        [sa(52340051, 3859, 7807, 7777)],
    ),
    Case(
        "E-20",
        [
            (
                "ipsec-3gpp;prot=esp;mod=trans;spi-c=74618;spi-s=74619;port-c=8001;port-s=8000;"
                "alg=hmac-md5-96;ealg=des-ede3-cbc"
            )
        ],
        ["ipsec-3gpp"],
        [sa(74618, 74619, 8001, 8000, ealg=DES3)],
    ),
    Case(
        "E-21",
        [
            (
                "ipsec-3gpp;alg=hmac-sha-1-96;prot=esp;mod=trans;ealg=des-ede3-cbc;"
                "spi-c=46903775;spi-s=56984977;port-c=31422;port-s=31892"
            )
        ],
        ["ipsec-3gpp"],
        [sa(46903775, 56984977, 31422, 31892)],
    ),
    Case(
        "E-22",
        ["ipsec-3gpp;alg=hmac-md5-96;ealg=null;spi-c=1236;spi-s=1237;port-c=7004;port-s=7005"],
        ["ipsec-3gpp"],
        [sa(1236, 1237, 7004, 7005)],
    ),
    Case(
        "E-23",
        [
            (
                "ipsec-3gpp;alg=hmac-sha-1-96;ealg=null;prot=esp;mod=trans;spi-c=51018934;"
                "spi-s=2732688522;port-c=63375;port-s=63374"
            )
        ],
        ["ipsec-3gpp"],
        [sa(51018934, 2732688522, 63375, 63374)],
    ),
    Case(
        "E-24",
        [
            (
                "ipsec-3gpp;q=0.1;prot=esp;mod=trans;spi-c=4096;spi-s=4097;port-c=5100;"
                "port-s=6100;alg=hmac-sha-1-96;ealg=aes-cbc"
            )
        ],
        ["ipsec-3gpp"],
        [sa(4096, 4097, 5100, 6100, alg=SHA1, ealg=AES)],
    ),
    Case(
        "E-25",
        [
            (
                "ipsec-3gpp;q=0.1;prot=esp;mod=trans;spi-s=4097;spi-c=4096;port-s=6100;"
                "port-c=5100;alg=hmac-sha-1-96;ealg=aes-cbc"
            )
        ],
        ["ipsec-3gpp"],
        [sa(4096, 4097, 5100, 6100)],
    ),
    Case(
        "E-26",
        [
            (
                "ipsec-3gpp; ealg=null; alg=hmac-md5-96; spi-c=10; spi-s=11; port-c=5062; "
                "port-s=5064; q=0.1"
            )
        ],
        ["ipsec-3gpp"],
        [sa(10, 11, 5062, 5064, q_thousandths=100)],
    ),
    Case(
        "E-27",
        [
            (
                "ipsec-3gpp;q=0.1;alg=hmac-sha-1-96;ealg=aes-cbc;prot=esp;mod=trans;"
                "spi-c=3234567890;spi-s=4234567890;port-c=43001;port-s=43002"
            )
        ],
        ["ipsec-3gpp"],
        [sa(3234567890, 4234567890, 43001, 43002)],
    ),
    Case(
        "E-28",
        [
            (
                "ipsec-3gpp;q=0.98;alg=hmac-sha-1-96;mod=trans;ealg=aes-cbc;spi-c=858993459;"
                "spi-s=1145324612;port-c=6059;port-s=6060"
            )
        ],
        ["ipsec-3gpp"],
        [sa(858993459, 1145324612, 6059, 6060, q_thousandths=980)],
    ),
    Case(
        "E-29",
        [
            (
                "ipsec-3gpp;q=0.5;alg=hmac-sha-1-96;prot=esp;mod=trans;ealg=null;"
                "spi-c=983227540;spi-s=2427966379;port-c=65528;port-s=65529"
            )
        ],
        ["ipsec-3gpp"],
        [sa(983227540, 2427966379, 65528, 65529)],
    ),
    Case(
        "E-30",
        [
            (
                "ipsec-3gpp; q=0.1; alg=hmac-sha-1-96; ealg=aes-cbc; spi-c=300; spi-s=400; "
                "port-c=25000; port-s=26000"
            )
        ],
        ["ipsec-3gpp"],
        [sa(300, 400, 25000, 26000)],
    ),
    Case(
        "E-31",
        [
            (
                "ipsec-3gpp; q=0.1; alg=HMAC-SHA-1-96; spi-s=10001; spi-c=10000; port-s=5066; "
                "port-c=5064"
            )
        ],
        ["ipsec-3gpp"],
        [sa(10000, 10001, 5064, 5066, alg="HMAC-SHA-1-96", effective_alg=SHA1)],
    ),
    Case(
        "E-32",
        [
            (
                "ipsec-3gpp; alg=hmac-sha-1-96; ealg=null; spi-c=55555; spi-s=66666; "
                "port-c=5064; port-s=5066; protocol=udp"
            )
        ],
        ["ipsec-3gpp"],
        [
            sa(
                55555,
                66666,
                5064,
                5066,
                params=(
                    ("alg", SHA1, False),
                    ("ealg", "null", False),
                    ("spi-c", "55555", False),
                    ("spi-s", "66666", False),
                    ("port-c", "5064", False),
                    ("port-s", "5066", False),
                    ("protocol", "udp", False),
                ),
            )
        ],
    ),
    Case(
        "E-33a",
        [
            (
                "ipsec-3gpp;prot=esp;mod=trans;spi-c=4369;spi-s=8738;port-c=6100;port-s=6101;"
                "alg=hmac-sha-1-96;ealg=null"
            )
        ],
        ["ipsec-3gpp"],
        [sa(4369, 8738, 6100, 6101)],
    ),
    Case(
        "E-33b",
        ["ipsec-3gpp; alg=hmac-sha-1-96; spi-c=11111; spi-s=22222; port-c=5060; port-s=5062"],
        ["ipsec-3gpp"],
        [sa(11111, 22222, 5060, 5062, ealg=None, effective_ealg="null")],
    ),
    Case(
        "E-33c",
        [
            (
                "ipsec-3gpp; alg=hmac-md5-96; spi-c=11111; spi-s=22222; port-c=5060; "
                "port-s=5062, ipsec-3gpp; alg=hmac-sha-1-96; spi-c=33333; spi-s=44444; "
                "port-c=5063; port-s=5064"
            )
        ],
        ["ipsec-3gpp", "ipsec-3gpp"],
        [sa(11111, 22222, 5060, 5062), sa(33333, 44444, 5063, 5064)],
    ),
    Case(
        "E-33d1",
        ["ipsec-3gpp; alg=hmac-sha-1-96; spi-c=11111; port-c=5060; port-s=5062"],
        ["ipsec-3gpp"],
        [{"spi_s": None, "spi_c": 11111, "complete": False}],
    ),
    Case(
        "E-33d2",
        ["ipsec-3gpp; spi-c=11111; spi-s=22222; port-c=5060; port-s=5062"],
        ["ipsec-3gpp"],
        [sa(11111, 22222, 5060, 5062, alg=None, complete=False)],
    ),
    Case(
        "E-34",
        [
            (
                "ipsec-3gpp; alg=hmac-sha-1-96; ealg=aes-cbc; prot=esp; mod=trans; spi-c=1000; "
                "spi-s=1001; port-c=5100; port-s=5101"
            )
        ],
        ["ipsec-3gpp"],
        [sa(1000, 1001, 5100, 5101)],
    ),
    Case(
        "E-35",
        [
            (
                "ipsec-3gpp;q=0.1;alg=hmac-sha-1-96;ealg=null;spi-c=33333;spi-s=44444;"
                "port-c=5066;port-s=5068"
            )
        ],
        ["ipsec-3gpp"],
        [sa(33333, 44444, 5066, 5068)],
    ),
    Case(
        "E-36",
        [
            (
                "ipsec-3gpp;prot=esp;mod=trans;spi-c=7;spi-s=8;port-c=9;port-s=10;ealg=null;"
                "alg=hmac-sha-1-96"
            )
        ],
        ["ipsec-3gpp"],
        [sa(7, 8, 9, 10)],
    ),
    Case(
        "E-37",
        [
            (
                "digest;q=0.900, ipsec-3gpp;q=0.100;alg=hmac-sha-1-96;prot=esp;mod=trans;"
                "ealg=aes-cbc;spi-c=2001;spi-s=2002;port-c=50601;port-s=50600"
            )
        ],
        ["digest", "ipsec-3gpp"],
        [{"q": "0.900", "q_thousandths": 900}, sa(2001, 2002, 50601, 50600, q_thousandths=100)],
    ),
    Case(
        "E-38",
        [
            (
                "ipsec-3gpp; q=1.0; alg=hmac-sha-256-128; ealg=aes-gcm; spi-c=9; spi-s=8; "
                "port-c=1; port-s=2, ipsec-3gpp; q=0.2"
            )
        ],
        ["ipsec-3gpp", "ipsec-3gpp"],
        [sa(9, 8, 1, 2, ealg="aes-gcm", q_thousandths=1000), {"q_thousandths": 200}],
    ),
    Case(
        "E-39a",
        ["ipsec-3gpp;alg=hmac-sha-1-96;spi-c=00112233;spi-s=44556677"],
        ["ipsec-3gpp"],
        [{"spi_c": 112233, "spi_s": 44556677, "port_c": None, "complete": False}],
    ),
    Case("E-39b", ["ipsec-3gpp;spi-c=100;spi-s=200"], ["ipsec-3gpp"], [{"spi_c": 100}]),
    Case("E-40", ["ipsec-3gpp"], ["ipsec-3gpp"], [{"params": (), "complete": False}]),
    Case(
        "E-41a",
        [
            (
                "ipsec-3gpp;prot=esp;mod=trans;spi-c=25656;spi-s=25657;port-c=6301;port-s=6300;"
                "alg=hmac-md5-96;ealg=null"
            )
        ],
        ["ipsec-3gpp"],
        [sa(25656, 25657, 6301, 6300)],
    ),
    Case(
        "E-41b",
        ["ipsec-3gpp ; q=0.1 ;alg=hmac-sha-1-96"],
        ["ipsec-3gpp"],
        [{"q": "0.1", "alg": SHA1}],
    ),
    Case(
        "E-41c",
        [
            (
                "IPSEC-3GPP;PROT=ESP;MOD=TRANS;ALG=HMAC-SHA-1-96;EALG=NULL;SPI-C=25656;"
                "SPI-S=25657;PORT-C=6301;PORT-S=6300"
            )
        ],
        ["IPSEC-3GPP"],
        [
            sa(
                25656,
                25657,
                6301,
                6300,
                key="ipsec-3gpp",
                alg="HMAC-SHA-1-96",
                effective_alg=SHA1,
                effective_ealg="null",
                effective_prot="esp",
                effective_mod="trans",
                complete=True,
            )
        ],
    ),
    Case(
        "E-41d",
        ["ipsec-3gpp;prot=ah;alg=hmac-sha-1-96;spi-c=25656"],
        ["ipsec-3gpp"],
        [{"prot": "ah", "spi_c": 25656}],
    ),
    Case(
        "E-41e",
        [
            (
                "ipsec-3gpp;mod=UDP-enc-tun;alg=hmac-sha-1-96;spi-c=25656;spi-s=25657;"
                "port-c=6301;port-s=6300"
            )
        ],
        ["ipsec-3gpp"],
        [{"mod": "UDP-enc-tun", "effective_mod": "udp-enc-tun"}],
    ),
    Case(
        "E-41f",
        ["ipsec-3gpp;alg=hmac-sha2-256-128;ealg=aes-gcm;spi-c=25656"],
        ["ipsec-3gpp"],
        [{"alg": "hmac-sha2-256-128", "ealg": "aes-gcm"}],
    ),
    Case(
        "E-41g",
        ["digest;q=0.1, tls;q=0.2, sdes-srtp;mediasec"],
        ["digest", "tls", "sdes-srtp"],
        [
            {"mediasec": False},
            {"mediasec": False},
            {"mediasec": True, "params": (("mediasec", None, False),)},
        ],
    ),
    Case("E-41h1", [""], [], list_defects=("empty-element", "empty-header")),
    Case("E-41h2", [";alg=x"], [""], [{"alg": "x"}], [("bad-mechanism",)]),
    Case("E-41h3", ["ipsec-3gpp alg=x"], ["ipsec-3gpp"], [{"alg": None}], [("bad-mechanism",)]),
    Case("E-42a", ['ipsec-3gpp;alg="two""strings"'], ["ipsec-3gpp"], [{}], [("bad-mechanism",)]),
    Case(
        "E-42b",
        ["ipsec-3gpp;alg=hmac-sha1-96;ALG=hmac-md5-96"],
        ["ipsec-3gpp"],
        [
            {
                "alg": "hmac-sha1-96",
                "params": (("alg", "hmac-sha1-96", False), ("ALG", "hmac-md5-96", False)),
            }
        ],
        [("duplicate-param",)],
    ),
    Case("E-42c", ["ipsec-3gpp;x=one;X=two"], ["ipsec-3gpp"], [{}], [("duplicate-param",)]),
    Case("E-42d", ["ipsec-3gpp;alg="], ["ipsec-3gpp"], [{"alg": ""}], [("value-missing:alg",)]),
    Case(
        "E-42e",
        ['ipsec-3gpp;ealg=""'],
        ["ipsec-3gpp"],
        [{"ealg": "", "effective_ealg": "null"}],
        [("value-missing:ealg",)],
    ),
    Case("E-42f", ["ipsec-3gpp;alg"], ["ipsec-3gpp"], [{"alg": None}], [("value-missing:alg",)]),
    Case("E-42g", ["tls;"], ["tls"], [{}], [("bad-mechanism",)]),
    Case(
        "E-42h",
        ["tls,,tls"],
        ["tls", "tls"],
        [{}, {}],
        list_defects=("empty-element", "double-comma"),
    ),
    Case("E-43a", ["ipsec-ike;d-alg=md5;q=0.1"], ["ipsec-ike"], [{"d_alg": "md5"}]),
    Case("E-43b", ["tls;q=0.2;d-qop=verify"], ["tls"], [{"d_qop": "verify"}]),
    Case(
        "E-43c",
        ['tls;q=0.2;d-ver="0000000000000000000000000000abcd"'],
        ["tls"],
        [{"d_ver": "0000000000000000000000000000abcd"}],
    ),
    Case("E-44a", ['digest;d-ver="1234"'], ["digest"], [{"d_ver": "1234"}], [("d-ver-format",)]),
    Case("E-44b", ["tls;q=0.2"], ["tls"], [{"q_thousandths": 200}]),
    Case("E-45a", ["tls", "digest"], ["tls", "digest"], [{"row": 0}, {"row": 1}]),
    Case(
        "E-45b",
        ["ipsec-ike;q=0.1", "tls;q=0.2"],
        ["ipsec-ike", "tls"],
        [{"span": (0, 15)}, {"row": 1, "span": (0, 9)}],
    ),
    Case(
        "E-46",
        ["tls;q=0.8, digest;d-alg=SHA-256;d-qop=auth;q=0.5"],
        ["tls", "digest"],
        [{}, {"d_alg": "SHA-256", "d_qop": "auth", "q_thousandths": 500}],
    ),
    Case(
        "E-47",
        ["tls;q=0.1, sdes-srtp;mediasec;q=0.05"],
        ["tls", "sdes-srtp"],
        [{}, {"mediasec": True, "q_thousandths": 50}],
    ),
    Case(
        "E-48b",
        ["msrp-tls;mediasec", "sdes-srtp;mediasec", "dtls-srtp;mediasec"],
        ["msrp-tls", "sdes-srtp", "dtls-srtp"],
        [{"mediasec": True}] * 3,
    ),
    Case("E-49a", ["sdes-srtp;mediasec", "sdes-srtp;mediasec"], ["sdes-srtp", "sdes-srtp"]),
    Case(
        "E-49b",
        ["sdes-srtp;q=0.500000.4;mediasec"],
        ["sdes-srtp"],
        [{"q": "0.500000.4", "q_thousandths": None, "mediasec": True}],
        [("bad-q",)],
    ),
    Case(
        "E-50a",
        ['ipsec-3gpp;d-ver="0000000000000000000000000000abcd";q=0.1'],
        ["ipsec-3gpp"],
        [{"d_ver": "0000000000000000000000000000abcd", "q_thousandths": 100}],
    ),
    Case(
        "E-50b",
        ['digest;x="a;b";q=0.5'],
        ["digest"],
        [{"params": (("x", "a;b", True), ("q", "0.5", False))}],
    ),
    Case(
        "E-51a",
        [
            (
                "ipsec-3gpp; alg=hmac-sha-1-96; spi-c=23456789; spi-s=12345678; port-c=2468; "
                "port-s=1357"
            ),
            "sdes-srtp; mediasec",
        ],
        ["ipsec-3gpp", "sdes-srtp"],
        [sa(23456789, 12345678, 2468, 1357), {"mediasec": True}],
    ),
    Case(
        "E-51b",
        [
            (
                "ipsec-3gpp; q=0.1; alg=hmac-sha-1-96; spi-c=98765432; spi-s=87654321; "
                "port-c=8642; port-s=7531"
            ),
            "sdes-srtp; mediasec",
        ],
        ["ipsec-3gpp", "sdes-srtp"],
        [sa(98765432, 87654321, 8642, 7531), {}],
    ),
    Case("E-51d", ["mechanism; mediasec"], ["mechanism"], [{"mediasec": True}]),
    Case(
        "E-52",
        [":ipsec-3gpp;alg=hmac-sha-1-96;spi-c=98765432;spi-s=87654321;port-c=8642;port-s=7531"],
        [""],
        [sa(98765432, 87654321, 8642, 7531)],
        [("bad-mechanism",)],
    ),
    Case(
        "E-55",
        ["tls;q=0.1", "digest-integrity;q=0.2"],
        ["tls", "digest-integrity"],
        [{"q_thousandths": 100}, {"q_thousandths": 200}],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_values_from_the_wild(case: Case) -> None:
    parsed = parse_list(case.rows)
    assert [m.name for m in parsed.elements] == case.names
    for one, values in zip(parsed.elements, case.values, strict=False):
        assert {name: getattr(one, name) for name in values} == values
    defects = case.defects or [()] * len(case.names)
    assert [m.defects for m in parsed.elements] == defects
    assert parsed.defects == case.list_defects
    for one in parsed.elements:
        assert case.rows[one.row][slice(*one.span)] == one.raw


E11 = ("ipsec-3gpp;q=0.88;alg=hmac-md5-96;mod=trans,"
       "ipsec-3gpp;q=0.9;alg=hmac-md5-96;mod=trans;ealg=des-ede3-cbc,"
       "ipsec-3gpp;q=0.98;alg=hmac-sha-1-96;mod=trans;ealg=aes-cbc;spi-c=111060141;"
       "spi-s=117229022;port-c=6050;port-s=6060")  # fmt: skip


def numbers(m: Mechanism) -> tuple[int | None, ...]:
    return m.spi_c, m.spi_s, m.port_c, m.port_s


def test_inherits_from_the_last_complete_element() -> None:
    written = parse_list([E11])
    filled = with_inherited(written)
    assert [numbers(m) for m in filled] == [(111060141, 117229022, 6050, 6060)] * 3
    assert [numbers(m) for m in written.elements[:2]] == [(None,) * 4] * 2
    assert [m.effective_ealg for m in filled] == ["null", DES3, AES]
    assert filled[0].raw == written.elements[0].raw


def test_inherits_nothing_it_should_not() -> None:
    partly = parse_list([f"tls, ipsec-3gpp;spi-c=5, ipsec-3gpp;spi=7;port1=9, {E11}"])
    assert [numbers(m) for m in with_inherited(partly)[:3]] == [
        (None, None, None, None),
        (5, None, None, None),
        (None, None, None, None),
    ]
    bare = parse_list(["ipsec-3gpp, ipsec-3gpp;spi-c=5"])
    assert with_inherited(bare) == bare.elements


def test_first_generation_parameters_are_kept() -> None:
    (m,) = parse_list(["ipsec-3gpp;alg=hmac-md5-96;spi=0000001234;port1=4000;port2=4001"]).elements
    assert ("spi", "0000001234", False) in m.params
    assert m.defects == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("0.", 0), ("0.1", 100), ("0.12", 120), ("0.123", 123), ("1", 1000), ("1.", 1000),
     ("1.000", 1000), (".5", None), ("1.5", None), ("0.1234", None), ("0.500000.4", None),
     ("-1", None), ("1.0000", None), ("0,5", None), ("50%", None), ("٠.5", None)],
)  # fmt: skip
def test_qvalue(text: str, value: int | None) -> None:
    assert q_thousandths(text) == value


def test_quoted_q_is_illegal() -> None:
    (m,) = parse_list(['tls;q="0.5"']).elements
    assert (m.q, m.q_thousandths) == ("0.5", None)
    assert set(m.defects) == {"quoted-token:q", "bad-q"}


@pytest.mark.parametrize(
    ("text", "value", "defects"),
    [("0", 0, ()), ("4294967295", 4294967295, ()), ("00000000000000000004097", 4097, ()),
     ("4294967296", None, ("spi-range",)), ("-5", None, ("spi-range",)),
     ("0x1001", None, ("spi-range",)), ("9" * 5000, None, ("spi-range",)),
     ("12:3", None, ("spi-range",)), ("٣", None, ("bad-mechanism", "spi-range"))],
)  # fmt: skip
def test_spi(text: str, value: int | None, defects: tuple[str, ...]) -> None:
    (m,) = parse_list([f"ipsec-3gpp;spi-c={text}"]).elements
    assert (m.spi_c, m.spi_c_text, m.defects) == (value, text, defects)


@pytest.mark.parametrize(
    ("text", "value", "defects"),
    [("1", 1, ()), ("65535", 65535, ()), ("0", 0, ("port-range",)),
     ("65536", 65536, ("port-range",)), ("-1", None, ("port-range",)),
     ("sip", None, ("port-range",)), ("9" * 5000, None, ("port-range",))],
)  # fmt: skip
def test_port(text: str, value: int | None, defects: tuple[str, ...]) -> None:
    (m,) = parse_list([f"ipsec-3gpp;port-s={text}"]).elements
    assert (m.port_s, m.port_s_text, m.defects) == (value, text, defects)


@pytest.mark.parametrize(
    ("rows", "defects"),
    [([",tls"], {"leading-comma"}), (["tls,"], {"trailing-comma"}), (["tls, ,x"], {"double-comma"}),
     ([",,"], {"leading-comma", "double-comma", "trailing-comma"}), ([" \t"], {"empty-header"}),
     ([], {"empty-header"}), (["tls", ""], {"empty-header"})],
)  # fmt: skip
def test_empty_elements(rows: list[str], defects: set[str]) -> None:
    assert set(parse_list(rows).defects) == {"empty-element", *defects}


def test_comma_and_semicolon_in_quotes_do_not_separate() -> None:
    (m,) = parse_list([r'digest;x="a,b;\"c\\";y=1']).elements
    assert m.params == (("x", 'a,b;"c\\', True), ("y", "1", False))


def test_quoted_tokens() -> None:
    (m,) = parse_list(['ipsec-3gpp;alg="hmac-sha-1-96";spi-c="123";x="y"']).elements
    assert (m.alg, m.spi_c) == (SHA1, 123)
    assert m.defects == ("quoted-token:alg", "quoted-token:spi-c")


@pytest.mark.parametrize(
    ("value", "defects"),
    [('"0123456789abcdef0123456789abcdef"', ()),
     ('"0123456789ABCDEF0123456789abcdef"', ("d-ver-upper-case",)),
     ("0123456789abcdef0123456789abcdef", ("d-ver-format",)),
     ('"0123"', ("d-ver-format",)), ('""', ("value-missing:d-ver",))],
)  # fmt: skip
def test_d_ver(value: str, defects: tuple[str, ...]) -> None:
    (m,) = parse_list([f"digest;d-ver={value}"]).elements
    assert m.defects == defects


def test_legal_folds_are_one_blank() -> None:
    folded = parse_list(["ipsec-3gpp;alg=hmac-md5-96;\r\n ealg=null,\r\n\ttls"])
    assert folded.text == "ipsec-3gpp;alg=hmac-md5-96; ealg=null, tls"
    assert folded.defects == ()
    assert [m.defects for m in folded.elements] == [(), ()]


@pytest.mark.parametrize(
    "row",
    ["ipsec-3gpp;s\r\n pi-c=5", "ipsec-3gpp;spi-c\r\n=5", "ipsec-\r\n 3gpp;spi-c=5",
     "ipsec-3gpp;spi-c=5;alg=hmac-\r\n\tmd5-96"],
)  # fmt: skip
def test_line_break_inside_a_token(row: str) -> None:
    (m,) = parse_list([row]).elements
    assert (m.name, m.spi_c, m.defects) == ("ipsec-3gpp", 5, ("fold-in-token",))


def test_line_break_between_elements() -> None:
    broken = parse_list(["tls,\r\ndigest"])
    assert [m.name for m in broken.elements] == ["tls", "digest"]
    assert broken.defects == ("fold-in-token",)


def test_planes() -> None:
    parsed = parse_list(["tls", "sdes-srtp;mediasec, digest"])
    assert [m.name for m in parsed.signalling] == ["tls", "digest"]
    assert [m.name for m in parsed.media] == ["sdes-srtp"]


@pytest.mark.parametrize(
    "row",
    ["," * 100_000, "a," * 32_768, ";" * 65_536, "a" + ";b=1" * 16_384, '"' * 65_536,
     '"\\' * 32_768, "a" + ";b" * 32_768, "a" + '="' * 32_768, "\r\n " * 21_845,
     "a" + " " * 65_535 + "b", "a;b" + "\r\n " * 20_000 + "=c d", "a;" + "x\r\n" * 20_000,
     "a;spi-c=" + "9" * 65_000, "a;" + "spi-c=\r\n" * 8000, 'a;b="' + "\\" * 65_000],
    ids=range(15),
)  # fmt: skip
def test_hostile_texts_stay_within_limits(row: str) -> None:
    parsed = parse_list([row] * 3)
    assert len(parsed.elements) <= limits.ELEMENTS
    assert all(len(m.params) <= limits.ELEMENTS for m in parsed.elements)


def test_limits_are_told() -> None:
    assert "limit" in parse_list(["," * 100_000]).defects
    assert "limit" in parse_list(["tls"] * (limits.ELEMENTS + 1)).defects
    assert parse_list(["tls"] * limits.ELEMENTS).defects == ()
    (m,) = parse_list(["a" + "".join(f";b{i}" for i in range(limits.ELEMENTS + 1))]).elements
    assert m.defects == ("limit",)


SECURITY_TEXT = st.text(alphabet=st.sampled_from('ab;=," \\\t\r\n.:0159-\x00é'), max_size=60)


@given(st.lists(st.one_of(SECURITY_TEXT, st.text(max_size=40)), max_size=4))
def test_never_raises_and_loses_nothing(rows: list[str]) -> None:
    parsed = parse_list(rows)
    for one in parsed.elements:
        assert rows[one.row][slice(*one.span)] == one.raw
    assert len(parsed.signalling) + len(parsed.media) == len(parsed.elements)
    assert all(m.name or "bad-mechanism" in m.defects for m in parsed.elements)


NUMBERS = st.one_of(st.integers(0, 1 << 34).map(str), st.sampled_from(["", "00", "0005060", "x1"]))
PIECES = st.one_of(
    st.tuples(
        st.sampled_from(["spi-c", "spi-s", "port-c", "port-s", "SPI-C", " port-c", "port1", "q"]),
        st.sampled_from(["=", " = ", "", '="', "\r\n ="]),
        NUMBERS,
    ).map("".join),
    st.sampled_from(
        ["alg=hmac-md5-96", "ealg=null", "mod=trans", 'd-ver="a;spi-c=10000"', "", "x"]
    ),
)


@given(st.lists(PIECES, max_size=8), st.integers(0, 9))
def test_elements_of_a_form_met_before_read_as_step_by_step(pieces, shift):
    raw = ";".join(["ipsec-3gpp", *pieces])
    other = "".join(str((int(c) + shift) % 10) if c.isascii() and c.isdigit() else c for c in raw)
    for text in (raw, other):
        bare = text.strip(" \t\r\n")
        if bare:
            span = 3, 3 + len(bare)
            found = mechanism._by_form(bare, 1, span)
            assert found is None or found == mechanism._element(bare, 1, span)


def test_numbers_alone_make_no_other_form():
    mechanism._form.cache_clear()
    for number in range(20):
        parse_list([f"ipsec-3gpp;alg=null;spi-c={number};port-s={5000 + number}"])
    assert mechanism._form.cache_info().misses == 1
