-- What could not be read is told by Wireshark itself: the plugin keeps no account of it.

return function(import)
  local py = import("runtime.python")

  local M = {}

  M.Problems = py.class("Problems")

  function M.Problems.make()
    return setmetatable({}, M.Problems)
  end

  function M.Problems:note() end

  function M.Problems:add() end

  function M.Problems:__iter__()
    return { n = 0 }
  end

  return M
end
