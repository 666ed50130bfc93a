-- Made from analyzer/rules/rendering.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local M = {}

  -- Text of a fact: lists joined, elements of Security-* lists as written; None where absent.
  function M.shown(value)
    if value == nil then
      return nil
    elseif type(value) == "boolean" then
      return value and "yes" or "no"
    elseif type(value) == "string" then
      return value
    elseif type(value) == "number" then
      return str.of(value)
    elseif getmetatable(value) == py.Set or getmetatable(value) == py.Set then
      return str.join(", ", py.sorted(py.map(str.of, value)))
    elseif py.is_sequence(value) then
      local list1 = { n = 0 }
      for _, text in py.each(py.map(M.shown, value)) do
        if text ~= nil then
          py.append(list1, text)
        end
      end
      return str.join(", ", list1)
    else
      local value1
      if value["edit"] ~= nil then
        value1 = value.edit
      else
        value1 = value.raw
      end
      return str.of(value1)
    end
  end

  return M
end
