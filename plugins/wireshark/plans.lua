-- What to do with a frame, by the names of its protocols (`frame.protocols`), asked once for each
-- such text.

return function()
  local M = {}

  -- beside SIP and ESP: what says something of reachability, by the innermost protocol that tells
  local SIGNALS = { icmp = "icmp", icmpv6 = "icmpv6", dns = "dns", isakmp = "isakmp" }
  local TRANSPORTS = { udp = "udp", tcp = "tcp", sctp = "sctp" }
  -- what ESP of IMS holds; the NULL heuristic takes one in 256 encrypted packets for something else
  local CARRIED = { ip = true, ipv6 = true, tcp = true, udp = true, sctp = true }
  local KEPT = 4096 -- texts remembered: a capture has some dozen

  local NETWORKS = { ip = "ip", ipv6 = "ipv6" }

  local function last_of(names, before, wanted)
    for at = before, 1, -1 do
      if wanted[names[at]] then
        return names[at]
      end
    end
  end

  -- The innermost IP header before a place: which protocol, and the how manieth of it.
  local function network(names, before)
    local name, count = last_of(names, before, NETWORKS), 0
    for at = 1, before do
      count = count + (names[at] == name and 1 or 0)
    end
    return { name = name, nth = count }
  end

  local function position(names, name)
    for at = #names, 1, -1 do
      if names[at] == name then
        return at
      end
    end
  end

  local function first(names, name)
    for at = 1, #names do
      if names[at] == name then
        return at
      end
    end
  end

  local function protection(names, sip)
    for at = sip, 1, -1 do
      if names[at] == "tls" then
        return "tls"
      elseif names[at] == "esp" then
        return "esp"
      end
    end
    return "clear"
  end

  -- SIP inside an ICMP error is what that quotes, not a message
  local function signal(names)
    for _, name in ipairs(names) do
      if name == "icmp" or name == "icmpv6" then
        return name
      end
    end
    return SIGNALS[names[#names]]
  end

  local function path(names, last)
    local kept = {}
    for at = 1, last do
      if names[at] ~= "ethertype" then
        kept[#kept + 1] = names[at]
      end
    end
    return table.concat(kept, "/")
  end

  local function made(text)
    local names = {}
    for name in text:gmatch("[^:]+") do
      names[#names + 1] = name
    end
    local sip, esp = position(names, "sip"), position(names, "esp")
    local other = signal(names)
    local last = sip or #names
    local plan = {
      net = network(names, last),
      transport = last_of(names, last, TRANSPORTS),
      esp = esp ~= nil,
      opened = esp ~= nil and CARRIED[names[esp + 1]] and names[esp + 1] or nil,
      signal = other,
      cx = position(names, "diameter") ~= nil,
    }
    if other == "icmp" or other == "icmpv6" then
      plan.esp, plan.net = false, network(names, first(names, other))
    elseif sip then
      plan.sip = true
      plan.protection = protection(names, sip)
      plan.path = path(names, sip - 1)
      if names[sip - 1] == "websocket" then
        plan.transport = "ws"
      end
      plan.whole = plan.transport == "udp" and plan.protection == "clear"
    elseif plan.transport == "tcp" and (plan.opened or not plan.esp) then
      plan.signal = "tcp"
    end
    if plan.esp then
      plan.esp_path = path(names, esp)
      plan.esp_net = network(names, esp)
    end
    if plan.sip or plan.esp or plan.signal or plan.cx then
      return plan
    end
    return false
  end

  local plans, count = {}, 0

  -- The plan of a frame, or false where nothing in it matters here.
  function M.of(text)
    local plan = plans[text]
    if plan == nil then
      if count >= KEPT then
        plans, count = {}, 0
      end
      plan = made(text)
      plans[text], count = plan, count + 1
    end
    return plan
  end

  -- The plan of a frame whose octets of TCP are no SIP though Wireshark says so.
  function M.of_tcp(plan)
    return { net = plan.net, transport = "tcp", esp = false, signal = "tcp", path = plan.path }
  end

  -- The plan of a frame whose ESP, which Wireshark left closed, was opened: what it held was given
  -- to the dissector `name`, and whether that found SIP. `how`: `null` or `decrypted`.
  function M.inside(plan, name, sip, how)
    local key = name .. how .. (sip and "sip" or "")
    plan.insides = plan.insides or {}
    local made = plan.insides[key]
    if not made then
      local net = plan.net
      if NETWORKS[name] then
        net = { name = name, nth = name == net.name and net.nth + 1 or 1 }
      end
      made = { net = net, esp_net = plan.esp_net, transport = TRANSPORTS[name] or "udp",
        esp = true, opened = name, how = how, esp_path = plan.esp_path, sip = sip,
        protection = "esp", path = plan.esp_path .. "/" .. name,
        signal = not sip and name == "tcp" and "tcp" or nil }
      plan.insides[key] = made
    end
    return made
  end

  return M
end
