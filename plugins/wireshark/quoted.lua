-- What an ICMP error quotes, and what its name is (RFC 792, RFC 4443): flows/signals.py in Lua.

return function(import)
  local number = import("wireshark.octets").number
  local M = {}

  local UNREACHABLE = "destination unreachable"
  local ERRORS = {
    icmp = {
      [3] = { [0] = "network unreachable", "host unreachable", "protocol unreachable",
        "port unreachable", "fragmentation needed", [9] = "network administratively prohibited",
        [10] = "host administratively prohibited", [13] = "administratively prohibited",
        other = UNREACHABLE },
      [4] = { other = "source quench" },
      [11] = { [0] = "time to live exceeded", "fragment reassembly time exceeded" },
      [12] = { other = "parameter problem" },
    },
    icmpv6 = {
      [1] = { [0] = "no route to destination", "administratively prohibited",
        [3] = "address unreachable", [4] = "port unreachable",
        [5] = "source address failed policy", [6] = "reject route to destination",
        other = UNREACHABLE },
      [2] = { other = "packet too big" },
      [3] = { [0] = "hop limit exceeded", "fragment reassembly time exceeded" },
      [4] = { other = "parameter problem" },
    },
  }
  local EXTENSIONS = { [0] = true, [43] = true, [60] = true } -- hop-by-hop, routing, destination
  local FRAGMENT = 44
  local CHAIN = 8 -- extension headers followed in a quotation
  local HEADER = 8
  local ESP, TCP, UDP = 50, 6, 17

  -- Source, destination, protocol and where its header stands (1-based; nil: not in the quotation).
  local function quoted_v4(data)
    local at = HEADER + 1
    if #data < HEADER + 20 or math.floor(data:byte(at) / 16) ~= 4 then
      return nil
    end
    local fragment = number(data, at + 6, 2) % 8192
    local start = fragment == 0 and at + data:byte(at) % 16 * 4 or nil
    return data:sub(at + 12, at + 15), data:sub(at + 16, at + 19), data:byte(at + 9), start
  end

  local function quoted_v6(data)
    local at = HEADER + 1
    if #data < HEADER + 40 or math.floor(data:byte(at) / 16) ~= 6 then
      return nil
    end
    local src, dst = data:sub(at + 8, at + 23), data:sub(at + 24, at + 39)
    local proto = data:byte(at + 6)
    at = at + 40
    for _ = 1, CHAIN do
      if #data < at + 7 then
        break
      end
      if proto == FRAGMENT then
        proto = data:byte(at)
        if number(data, at + 2, 2) >= 8 then
          return src, dst, proto, nil
        end
        at = at + 8
      elseif EXTENSIONS[proto] then
        proto = data:byte(at)
        at = at + (data:byte(at + 1) + 1) * 8
      else
        break
      end
    end
    return src, dst, proto, at
  end

  -- Source port, destination port and SPI of the quoted packet: 0, 0 and -1 where unknown.
  local function selectors(data, proto, at)
    if not at or #data < at + 3 then
      return 0, 0, -1
    end
    if proto == ESP then
      return 0, 0, number(data, at, 4)
    elseif proto == UDP or proto == TCP then
      return number(data, at, 2), number(data, at + 2, 2), -1
    end
    return 0, 0, -1
  end

  local function mtu(data, name)
    if name == "fragmentation needed" then
      return (", MTU %.0f"):format(number(data, 7, 2))
    elseif name == "packet too big" then
      return (", MTU %.0f"):format(number(data, 5, 4))
    end
    return ""
  end

  -- The error: { name, src, dst, sport, dport, spi }, nil for what is none or quotes no packet.
  -- `version` is `icmp` or `icmpv6`, `data` its octets.
  function M.read(version, data)
    if #data < HEADER then
      return nil
    end
    local codes = ERRORS[version][data:byte(1)]
    local name = codes and (codes[data:byte(2)] or codes.other)
    if not name then
      return nil
    end
    local src, dst, proto, at
    if version == "icmp" then
      src, dst, proto, at = quoted_v4(data)
    else
      src, dst, proto, at = quoted_v6(data)
    end
    if not src then
      return nil
    end
    local sport, dport, spi = selectors(data, proto, at)
    return { name = name .. mtu(data, name), src = src, dst = dst, sport = sport, dport = dport,
      spi = spi }
  end

  return M
end
