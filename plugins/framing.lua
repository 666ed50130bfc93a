-- Messages of TCP come whole from Wireshark: what `sip/framing` does with streams is done there.

return function(import)
  local str = import("runtime.text")
  local py = import("runtime.python")
  local limits = import("limits")

  local M = {}

  M.Framing = py.class("Framing")

  function M.Framing.make()
    return setmetatable({ dropped = 0, bounds = py.dict() }, M.Framing)
  end

  -- The payload of a datagram of TCP is one message.
  function M.Framing:feed(datagram)
    local framed = {
      raw = datagram.payload,
      origin = datagram,
      frames = datagram.frames,
      truncated = datagram.truncated,
    }
    return { framed, n = 1 }
  end

  function M.Framing:turn() end

  function M.Framing:finish()
    return { n = 0 }
  end

  py.done(M.Framing)

  -- The octets of a message in a datagram: without the line ends that keep a path alive.
  function M.udp_octets(payload)
    local octets = str.lstrip(payload, "\r\n")
    local ends = str.find(octets, "\n", 0, limits.MESSAGE)
    if ends > 0 and str.find(octets, "SIP/2.0", 0, ends) >= 0 then
      return octets
    end
    return ""
  end

  return M
end
