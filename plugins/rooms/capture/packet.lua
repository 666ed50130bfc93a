-- Made from analyzer/capture/packet.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local M = {}

  -- Something that could not be read, or was dropped at a limit. `count` times of this kind.
  M.Problem = py.struct("Problem", { "kind", "frame", "offset", "detail", "count" })

  function M.Problem.make(kind, frame, offset, detail, count)
    if detail == nil then
      detail = ""
    end
    if count == nil then
      count = 1
    end
    return setmetatable({
      kind = kind,
      frame = frame,
      offset = offset,
      detail = detail,
      count = count,
    }, M.Problem)
  end
  py.done(M.Problem)

  return M
end
