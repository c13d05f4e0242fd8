"""A Parquet bloom filter as BloomFilter.md of the Parquet format has it, with XXH64: enough to ask it.

duckdb's parquet_bloom_probe looks a column up by its position among the top columns, so behind a struct it asks the
filter of another one; hence this.
"""

MASK = (1 << 64) - 1
P1, P2, P3, P4, P5 = (
    0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5,
)  # fmt: skip
SALT = (0x47B6137B, 0x44974D91, 0x8824AD5B, 0xA2B7289D, 0x705495C7, 0x2DF1424B, 0x9EFC4947, 0x5C6BFB31)
BLOCK_BYTES = 32


def rotated(value: int, by: int) -> int:
    """64 bits rotated to the left."""
    return ((value << by) | (value >> (64 - by))) & MASK


def stirred(state: int, lane: int) -> int:
    """One round of XXH64."""
    return rotated((state + lane * P2) & MASK, 31) * P1 & MASK


def xxh64(data: bytes) -> int:
    """XXH64 with the seed 0."""
    at, length = 0, len(data)

    def word(size: int) -> int:
        return int.from_bytes(data[at : at + size], "little")

    if length >= 32:
        states = [(P1 + P2) & MASK, P2, 0, -P1 & MASK]
        while at + 32 <= length:
            for index in range(4):
                states[index] = stirred(states[index], word(8))
                at += 8
        value = sum(map(rotated, states, (1, 7, 12, 18))) & MASK
        for state in states:
            value = ((value ^ stirred(0, state)) * P1 + P4) & MASK
    else:
        value = P5
    value = (value + length) & MASK
    while at + 8 <= length:
        value = (rotated(value ^ stirred(0, word(8)), 27) * P1 + P4) & MASK
        at += 8
    if at + 4 <= length:
        value = (rotated(value ^ (word(4) * P1 & MASK), 23) * P2 + P3) & MASK
        at += 4
    for byte in data[at:]:
        value = rotated(value ^ (byte * P5 & MASK), 11) * P1 & MASK
    value = (value ^ (value >> 33)) * P2 & MASK
    value = (value ^ (value >> 29)) * P3 & MASK
    return value ^ (value >> 32)


class BloomFilter:
    """The filter of one column chunk, as stored: a header and then the bits."""

    def __init__(self, stored: bytes) -> None:
        # the header's first field, in Thrift's compact form, is the number of bytes: 0x15, then a zigzag varint
        size = shift = 0
        for byte in stored[1:]:
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        self.bits = stored[len(stored) - (size >> 1) :]

    def may_hold(self, text: str) -> bool:
        """False only where the text is certainly not in the column chunk."""
        hashed = xxh64(text.encode())
        start = ((hashed >> 32) * (len(self.bits) // BLOCK_BYTES) >> 32) * BLOCK_BYTES
        block = self.bits[start : start + BLOCK_BYTES]
        words = (int.from_bytes(block[index : index + 4], "little") for index in range(0, BLOCK_BYTES, 4))
        low = hashed & 0xFFFFFFFF
        return all(word >> ((low * salt & 0xFFFFFFFF) >> 27) & 1 for word, salt in zip(words, SALT, strict=True))
