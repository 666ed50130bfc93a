-- What frames beside SIP and ESP say of reachability, as the signals that `flows/` tells of.

return function(import)
  local M = {}
  local extraction = import("wireshark.extraction")
  local tls = import("flows.tls")
  local other = import("flows.signals")
  local packet = import("capture.packet")

  local PROTOCOLS = { icmp = 1, icmpv6 = 58 }
  local UDP_HEADER = 8

  -- The record as the packet that `flows.signals` reads.
  local function as_packet(item, proto)
    local src, dst = extraction.ends(item.header)
    return packet.Packet.make(0, item.frame, item.time, 0, item.plan.path or "", src, dst, proto,
      item.payload)
  end

  local function icmp(item)
    return { other.icmp_signal(as_packet(item, PROTOCOLS[item.name])) }
  end

  local function udp(item)
    local signal = other.udp_signal(as_packet(item, 17), item.sport, item.dport,
      item.payload:sub(UDP_HEADER + 1))
    return { signal }
  end

  local function signal(item, kind, said)
    local src, dst = extraction.ends(item.header)
    return { frame = item.frame, time = item.time, kind = kind, src = src, dst = dst,
      sport = item.sport, dport = item.dport, said = said }
  end

  local function flag(octet)
    local fin, syn, rst = octet % 2 == 1, octet % 4 >= 2, octet % 8 >= 4
    if rst then
      return "rst"
    elseif syn then
      return octet % 32 >= 16 and "syn-ack" or "syn"
    end
    return fin and "fin" or nil
  end

  local function tcp(item)
    local data, found = item.payload, {}
    local kind = flag(data:byte(14))
    if kind then
      found[1] = signal(item, kind)
    end
    local start = math.floor(data:byte(13) / 16) * 4 + 1
    if #data >= start then
      local said = tls.read_tls(data:sub(start))
      for at = 1, said.n do
        found[#found + 1] = signal(item, "tls", said[at])
      end
    end
    return found
  end

  local READ = { icmp = icmp, icmpv6 = icmp, dns = udp, isakmp = udp, tcp = tcp }

  -- The signals of one record, a list.
  function M.of(item)
    return READ[item.name](item)
  end

  return M
end
