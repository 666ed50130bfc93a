-- What compiled rules need of Lua: the functions of their language.

return function(import)
  local containers, text = import("runtime.containers"), import("runtime.text")

  local format, gsub = string.format, string.gsub
  local LARGE = 0x20000000000000

  local M = { number = text.of, starts = text.startswith, ends = text.endswith }

  M.values = containers.values

  function M.contains(collection, item)
    if type(collection) == "string" then
      return text.contains(collection, item)
    end
    if getmetatable(collection) ~= nil then
      return collection:has(item)
    end
    for place = 1, collection.n do
      if collection[place] == item then
        return true
      end
    end
    return false
  end

  -- Elements of a list or a set, letters of a text.
  function M.len(collection)
    if type(collection) == "string" then
      local _, count = gsub(collection, "[^\128-\191]", "")
      return count
    end
    return collection.n or collection.size or collection:__len__()
  end

  function M.spi(number)
    if number < 0 or number > LARGE then
      return text.of(number)
    end
    return format("0x%08x (%s)", number, text.of(number))
  end

  function M.join(list)
    return text.join(", ", M.values(list))
  end

  function M.hit(hits, index, element)
    local n = hits.n + 1
    hits[n] = { index = index, element = element }
    hits.n = n
  end

  return M
end
