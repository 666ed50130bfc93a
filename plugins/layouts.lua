-- Expressions that read a whole head: Lua's patterns make none that would be faster than reading it
-- row by row, so `sip/layouts` has nothing to tell here.

return function(import)
  local py = import("runtime.python")

  local M = {}

  M.Layouts = py.class("Layouts")

  function M.Layouts.make()
    return setmetatable({}, M.Layouts)
  end

  function M.Layouts:read()
    return nil
  end

  function M.Layouts:meet() end

  py.done(M.Layouts)

  return M
end
