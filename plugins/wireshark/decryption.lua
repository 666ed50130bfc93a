-- ESP that Wireshark left closed, opened with what the capture itself holds: packets without
-- encryption in every version, those of a cipher where Lua has ciphers (4.6 and newer).
--
-- A packet counts as opened only where padding, next header and the ports of its SA agree, as for a
-- wrong key they do once in 2^60. What it held is given to Wireshark's own dissectors.
return function(import)
  local keys = import("wireshark.keys")
  local M = {}

  local HEADER = 8 -- SPI and sequence number (RFC 4303 2)
  local NEXT = { [6] = "tcp", [17] = "udp", [4] = "ip", [41] = "ipv6" }
  local PORTS = { [6] = true, [17] = true }
  local SOURCE = "ESP, opened by secagree"

  M.NO_CIPHER = "Wireshark gives Lua ciphers from 4.6 on"
  M.NO_KEYS = "no keys for it in this capture"
  M.WRONG_KEYS = "the keys in this capture do not fit"
  M.NO_ALGORITHM = "the plugin cannot open its algorithms"
  M.NOT_NULL = "agreed without encryption, and it is encrypted"

  -- Whether Lua has ciphers.
  function M.ciphers()
    return GcryptCipher ~= nil
  end

  -- A cipher at work on octets; nil where the key is none or the length no whole number of blocks.
  local function decrypted(name, key, iv, octets)
    if #octets == 0 or #octets % #iv ~= 0 then return nil end
    local done, plain = pcall(function()
      local cipher = GcryptCipher.open(_G[name], GCRY_CIPHER_MODE_CBC, 0)
      cipher:setkey(ByteArray.new(key, true))
      cipher:setiv(ByteArray.new(iv, true))
      return cipher:decrypt(nil, ByteArray.new(octets, true)):raw()
    end)
    return done and plain or nil
  end

  local function number(octets, at)
    local high, low = octets:byte(at, at + 1)
    return high and low and high * 256 + low
  end

  -- Whether it begins as what the SA is for: its ports, and the length of UDP.
  local function fits(payload, protocol, sa)
    if not PORTS[protocol] then return protocol == 4 or protocol == 41 end
    if #payload < 8 then return false end
    if sa.sport ~= 0 and number(payload, 1) ~= sa.sport then return false end
    if sa.dport ~= 0 and number(payload, 3) ~= sa.dport then return false end
    return protocol ~= 17 or number(payload, 5) == #payload
  end

  -- The payload and its protocol number out of what was decrypted (RFC 4303 2.4 to 2.6).
  local function inside(plain, sa)
    local length, protocol = plain:byte(#plain - 1, #plain)
    if not protocol or length + 2 > #plain or not NEXT[protocol] then return nil end
    for place = 1, length do
      if plain:byte(#plain - 2 - length + place) ~= place then return nil end
    end
    local payload = plain:sub(1, #plain - 2 - length)
    if not fits(payload, protocol, sa) then return nil end
    return payload, protocol
  end

  -- Why packets of this SA stay closed.
  function M.why(sa, ring)
    local layout = keys.layout(sa.alg, sa.ealg)
    if not layout then return M.NO_ALGORITHM end
    if not layout.cipher then return M.NOT_NULL end
    if not M.ciphers() then return M.NO_CIPHER end
    return #ring.pairs_of(sa.nonce) > 0 and M.WRONG_KEYS or M.NO_KEYS
  end

  -- (payload, protocol, pair) of an ESP packet (octets from its SPI on) on this SA, or nil and why.
  function M.opened(octets, sa, ring)
    local layout = keys.layout(sa.alg, sa.ealg)
    if not layout or layout.cipher and not M.ciphers() then return nil, M.why(sa, ring) end
    local from = HEADER + layout.iv
    local closed = octets:sub(from + 1, #octets - layout.icv)
    if not layout.cipher then
      local payload, protocol = inside(closed, sa)
      if not payload then return nil, M.NOT_NULL end
      return payload, protocol
    end
    local found = ring.pairs_of(sa.nonce)
    for _, pair in ipairs(found) do
      local iv = octets:sub(HEADER + 1, from)
      local plain = decrypted(layout.cipher, keys.cipher_key(sa.ealg, pair), iv, closed)
      if plain then
        local payload, protocol = inside(plain, sa)
        if payload then return payload, protocol, pair end
      end
    end
    return nil, M.why(sa, ring)
  end

  -- The SA of a packet as a run knows it, or nil.
  function M.sa_of(run, dst, spi)
    local set, name = run:sa(dst, spi)
    for _, sa in ipairs(set and set.sas or {}) do
      if sa.name == name then
        return {
          name = name, alg = set.alg, ealg = set.ealg, nonce = set.nonce, sport = sa.sport, dport = sa.dport,
        }
      end
    end
    return nil
  end

  local function dissect(name, payload, pinfo, tree)
    Dissector.get(name):call(ByteArray.new(payload, true):tvb(SOURCE), pinfo, tree)
  end

  -- For one capture; `ring` is of `keys.new`.
  function M.new(ring)
    local machine = {}
    local first_read = {} -- frames opened when they were seen for the first time

    -- Dissect what this ESP packet holds: { dst (octets), spi, range (from its SPI on) }; `run`
    -- knows its SA. Gives the name of the next dissector and the keys used, or nil and the reason.
    --
    -- TCP keeps what it learns of a segment when it sees it first, so a packet that could not be
    -- read then is not handed to it later.
    function machine.open(packet, run, pinfo, tree)
      local sa = M.sa_of(run, packet.dst, packet.spi)
      if not sa then return nil end
      local frame = pinfo.number
      local payload, protocol, pair = M.opened(packet.range:bytes():raw(), sa, ring)
      if not payload then return nil, protocol end
      if not pinfo.visited then first_read[frame] = true end
      if protocol == 6 and not first_read[frame] then return nil, "reload the capture to see it" end
      local name = NEXT[protocol]
      -- What is malformed in it raises here once Wireshark has said so in the tree: the packet was opened.
      pcall(dissect, name, payload, pinfo, tree)
      return name, pair
    end

    return machine
  end

  return M
end
