-- Made from analyzer/keys/keyring.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local M = {}

  -- Where a key came from: a message of the captures (frame from 1), or `name`, a file or a
  M.Origin = py.struct("Origin", { "source", "capture", "frame", "name", "doubted" })

  function M.Origin.make(source, capture, frame, name, doubted)
    if capture == nil then
      capture = -1
    end
    if frame == nil then
      frame = 0
    end
    if name == nil then
      name = ""
    end
    if doubted == nil then
      doubted = false
    end
    return setmetatable({
      source = source,
      capture = capture,
      frame = frame,
      name = name,
      doubted = doubted,
    }, M.Origin)
  end

  -- RAND says that it is the key of its challenge: what does not fit is wrong.
  function M.Origin.__get.belongs(self)
    return not self.doubted and (self.source == "mw" or self.source == "cx" or self.source == "gm" or self.source == "usim")
  end

  -- Whether this is the better one to name.
  function M.Origin:before(other)
    return py.less(self:_order(), other:_order())
  end

  function M.Origin:_order()
    return { M._RANK:get(self.source), self.capture, self.frame, self.name, n = 4 }
  end
  py.done(M.Origin)

  -- CK and IK, 16 octets each.
  M.KeyPair = py.struct("KeyPair", { "ck", "ik", "origin" })

  function M.KeyPair.make(ck, ik, origin)
    return setmetatable({ ck = ck, ik = ik, origin = origin }, M.KeyPair)
  end
  py.done(M.KeyPair)

  return M
end
