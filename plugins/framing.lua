-- Messages of TCP come whole from Wireshark: what `sip/framing` does with streams is done there.

return function(import)
  local py = import("runtime.python")

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

  return M
end
