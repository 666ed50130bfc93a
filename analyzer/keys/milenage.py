"""Milenage, the AKA functions of most USIMs (TS 35.206), with AES from `cryptography`.

All keys and results are octets; the names are those of TS 35.206 and TS 33.102 6.3.
"""

from typing import Final

import msgspec

BLOCK: Final = 16
# (rotation in octets, last octet of the constant) of f1 and f1*, of f2 and f5, f3, f4, f5*
# (TS 35.206 4.1: r1..r5 and c1..c5).
_F1: Final = (8, 0)
_F2: Final = (0, 1)
_F3: Final = (4, 2)
_F4: Final = (8, 4)
_F5_STAR: Final = (12, 8)


class Vector(msgspec.Struct, frozen=True, gc=False):
    """What K and RAND give: RES (8), CK (16), IK (16), AK (6) and AK of resynchronisation (6)."""

    res: bytes
    ck: bytes
    ik: bytes
    ak: bytes
    ak_star: bytes


class Milenage:
    """The functions of one subscriber; `k` and `opc` are 16 octets each."""

    __slots__ = ("_k", "_opc")

    def __init__(self, k: bytes, opc: bytes) -> None:
        self._k = k
        self._opc = opc

    def vector(self, rand: bytes) -> Vector:
        """f2, f3, f4, f5 and f5* of RAND."""
        temp = self._temp(rand)
        second = self._out(temp, _F2)
        return Vector(
            second[8:],
            self._out(temp, _F3),
            self._out(temp, _F4),
            second[:6],
            self._out(temp, _F5_STAR)[:6],
        )

    def f1(self, rand: bytes, sqn: bytes, amf: bytes) -> tuple[bytes, bytes]:
        """(MAC-A, MAC-S), 8 octets each: f1 and f1* of RAND, SQN (6 octets) and AMF (2)."""
        temp = self._temp(rand)
        turned = _rotated(_xor((sqn + amf) * 2, self._opc), _F1[0])
        out = _xor(_aes(self._k, _xor(temp, turned)), self._opc)
        return out[:8], out[8:]

    def _temp(self, rand: bytes) -> bytes:
        return _aes(self._k, _xor(rand, self._opc))

    def _out(self, temp: bytes, function: tuple[int, int]) -> bytes:
        rotation, constant = function
        turned = bytearray(_rotated(_xor(temp, self._opc), rotation))
        turned[-1] ^= constant
        return _xor(_aes(self._k, bytes(turned)), self._opc)


def opc_of(k: bytes, op: bytes) -> bytes:
    """OPc of an operator's OP for one K (TS 35.206 4.1)."""
    return _xor(_aes(k, op), op)


def _aes(key: bytes, block: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    # One block at a time, as the algorithm is made of it: no mode is chosen here.
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305
    return encryptor.update(block) + encryptor.finalize()


def _xor(first: bytes, second: bytes) -> bytes:
    return (int.from_bytes(first, "big") ^ int.from_bytes(second, "big")).to_bytes(
        len(first), "big"
    )


def _rotated(block: bytes, octets: int) -> bytes:
    return block[octets:] + block[:octets]
