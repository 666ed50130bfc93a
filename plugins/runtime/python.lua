-- What translated modules need of Python: its containers, classes, comparisons and builtins.

return function(import)
  local containers, classes = import("runtime.containers"), import("runtime.classes")
  local byte, floor = string.byte, math.floor
  local each, values, Dict, Set = containers.each, containers.values, containers.Dict, containers.Set

  local M = {}
  for _, part in ipairs({ containers, classes }) do
    for name, value in pairs(part) do
      M[name] = value
    end
  end

  local unpack_ = table.unpack or unpack

  function M.unpack(list)
    return unpack_(list, 1, list.n)
  end

  -- ---- equal and less

  local function equal(one, other)
    if one == other then
      return true
    end
    if type(one) ~= "table" or type(other) ~= "table" then
      return false
    end
    local class = getmetatable(one)
    if class ~= getmetatable(other) then
      return false
    end
    if class == nil then
      if one.n ~= other.n then
        return false
      end
      for i = 1, one.n do
        local a, b = one[i], other[i]
        if a ~= b and not equal(a, b) then
          return false
        end
      end
      return true
    elseif class.__fields then
      for _, field in ipairs(class.__fields) do
        if not equal(one[field], other[field]) then
          return false
        end
      end
      return true
    elseif class == Dict then
      if one.size ~= other.size then
        return false
      end
      for wanted, value in one:pairs() do
        if not other:has(wanted) or not equal(value, other:get(wanted)) then
          return false
        end
      end
      return true
    elseif class == Set then
      return one.size == other.size and one:issubset(other)
    end
    return false
  end
  M.equal = equal

  -- By octets, whatever the locale: -1, 0 or 1.
  local function compare_texts(one, other)
    if one == other then
      return 0
    end
    local n = #one < #other and #one or #other
    for i = 1, n do
      local a, b = byte(one, i), byte(other, i)
      if a ~= b then
        return a < b and -1 or 1
      end
    end
    return #one < #other and -1 or 1
  end

  local function compare(one, other)
    if one == other then
      return 0
    end
    local kind = type(one)
    if kind == "number" then
      return one < other and -1 or 1
    elseif kind == "string" then
      return compare_texts(one, other)
    elseif kind == "boolean" then
      return other and -1 or 1
    end
    local fields = getmetatable(one)
    fields = fields and fields.__fields
    local mine = fields and #fields or one.n
    local theirs = fields and #fields or other.n
    for i = 1, mine < theirs and mine or theirs do
      local place = fields and fields[i] or i
      local found = compare(one[place], other[place])
      if found ~= 0 then
        return found
      end
    end
    return mine == theirs and 0 or (mine < theirs and -1 or 1)
  end
  M.compare = compare

  function M.less(one, other)
    return compare(one, other) < 0
  end

  -- Whether any value counts as true, where its kind is known at run time only.
  function M.truth(value)
    if not value or value == 0 or value == "" then
      return false
    end
    if type(value) ~= "table" then
      return true
    end
    local class = getmetatable(value)
    if class == nil then
      return value.n == nil or value.n > 0
    elseif class == Dict or class == Set then
      return value.size > 0
    elseif class == containers.Deque then
      return value:len() > 0
    elseif class.__bool__ then
      return value:__bool__()
    elseif class.__len__ then
      return value:__len__() > 0
    end
    return true
  end

  -- ---- lists and tuples

  -- A list or tuple of its own, of all values of anything.
  function M.list(any)
    local out, n = {}, 0
    if any ~= nil then
      for _, value in each(any) do
        n = n + 1
        out[n] = value
      end
    end
    out.n = n
    return out
  end

  function M.append(list, value)
    local n = list.n + 1
    list[n] = value
    list.n = n
  end

  function M.extend(list, any)
    local n = list.n
    local more = values(any)
    for i = 1, more.n do
      list[n + i] = more[i]
    end
    list.n = n + more.n
    return list
  end

  -- One list or tuple of several.
  function M.concat(...)
    local out = { n = 0 }
    for i = 1, select("#", ...) do
      M.extend(out, (select(i, ...)))
    end
    return out
  end

  function M.times(list, count)
    local out = { n = 0 }
    for _ = 1, count do
      M.extend(out, list)
    end
    return out
  end

  function M.at(any, index)
    local class = getmetatable(any)
    if class == nil then
      if index < 0 then
        return any[any.n + 1 + index]
      end
      return any[index + 1]
    elseif class == containers.Deque then
      return any:at(index)
    end
    return any:__getitem__(index)
  end

  local function bounds(n, from, to)
    from, to = from or 0, to or n
    if from < 0 then
      from = from + n
    end
    if to < 0 then
      to = to + n
    end
    return from < 0 and 0 or from, to > n and n or to
  end

  function M.slice(any, from, to, by)
    local list = values(any)
    local out, n = {}, 0
    from, to = bounds(list.n, from, to)
    for i = from + 1, to, by or 1 do
      n = n + 1
      out[n] = list[i]
    end
    out.n = n
    return out
  end

  function M.delete_slice(list, from, to)
    from, to = bounds(list.n, from, to)
    local gone = to > from and to - from or 0
    for i = from + 1, list.n do
      list[i] = list[i + gone]
    end
    list.n = list.n - gone
  end

  function M.insert(list, index, value)
    local place = bounds(list.n, index)
    if place > list.n then
      place = list.n
    end
    for i = list.n, place + 1, -1 do
      list[i + 1] = list[i]
    end
    list[place + 1] = value
    list.n = list.n + 1
  end

  function M.pop(list, index)
    index = index or -1
    if index < 0 then
      index = index + list.n
    end
    local value = list[index + 1]
    M.delete_slice(list, index, index + 1)
    return value
  end

  function M.clear(list)
    for i = 1, list.n do
      list[i] = nil
    end
    list.n = 0
  end

  function M.index(list, wanted)
    for i = 1, list.n do
      if equal(list[i], wanted) then
        return i - 1
      end
    end
    error("ValueError: not in the list")
  end

  function M.remove(list, wanted)
    return M.pop(list, M.index(list, wanted))
  end

  function M.count(list, wanted)
    local found = 0
    for i = 1, list.n do
      if equal(list[i], wanted) then
        found = found + 1
      end
    end
    return found
  end

  function M.reversed(any)
    local list = values(any)
    local n = list.n
    local out = { n = n }
    for i = 1, n do
      out[i] = list[n + 1 - i]
    end
    return out
  end

  function M.contains(any, wanted)
    local class = getmetatable(any)
    if class == Dict or class == Set then
      return any:has(wanted)
    elseif class ~= nil and class.__contains__ then
      return any:__contains__(wanted)
    end
    for _, value in each(any) do
      if value == wanted or equal(value, wanted) then
        return true
      end
    end
    return false
  end

  function M.range(from, to, by)
    if to == nil then
      from, to = 0, from
    end
    local out, n = {}, 0
    for i = from, to - 1, by or 1 do
      n = n + 1
      out[n] = i
    end
    out.n = n
    return out
  end

  function M.zip(...)
    local lists, shortest = { ... }, math.huge
    for i, list in ipairs(lists) do
      lists[i] = values(list)
      shortest = math.min(shortest, lists[i].n)
    end
    local out = { n = shortest }
    for i = 1, shortest do
      local one = { n = #lists }
      for place, list in ipairs(lists) do
        one[place] = list[i]
      end
      out[i] = one
    end
    return out
  end

  function M.pairwise(any)
    local list = values(any)
    return M.zip(list, M.slice(list, 1))
  end

  -- Pairs of different places, in order (itertools.combinations(any, 2)).
  function M.combinations(any)
    local list, out = values(any), { n = 0 }
    for i = 1, list.n do
      for j = i + 1, list.n do
        M.append(out, { list[i], list[j], n = 2 })
      end
    end
    return out
  end

  function M.enumerate(any, start)
    local out = { n = 0 }
    for i, value in each(any) do
      M.append(out, { i - 1 + (start or 0), value, n = 2 })
    end
    return out
  end

  function M.map(by, any)
    local out, n = {}, 0
    for _, value in each(any) do
      n = n + 1
      out[n] = by(value)
    end
    out.n = n
    return out
  end

  function M.filter(by, any)
    local out = { n = 0 }
    for _, value in each(any) do
      if M.truth(by and by(value) or not by and value) then
        M.append(out, value)
      end
    end
    return out
  end

  function M.any(any)
    for _, value in each(any) do
      if M.truth(value) then
        return true
      end
    end
    return false
  end

  function M.all(any)
    for _, value in each(any) do
      if not M.truth(value) then
        return false
      end
    end
    return true
  end

  function M.sum(any)
    local total = 0
    for _, value in each(any) do
      if value == true then
        value = 1
      end
      total = total + (value or 0)
    end
    return total
  end

  function M.first(any, default)
    local list = values(any)
    if list.n > 0 then
      return list[1]
    end
    return default
  end

  -- ---- order

  local function merge_sort(list, keys, before)
    local n = list.n
    local from, from_keys, to, to_keys = list, keys, {}, {}
    local width = 1
    while width < n do
      local low = 1
      while low <= n do
        local middle = low + width
        local high = middle + width
        if middle > n + 1 then
          middle = n + 1
        end
        if high > n + 1 then
          high = n + 1
        end
        local i, j = low, middle
        for k = low, high - 1 do
          if i < middle and (j >= high or not before(from_keys[j], from_keys[i])) then
            to[k], to_keys[k] = from[i], from_keys[i]
            i = i + 1
          else
            to[k], to_keys[k] = from[j], from_keys[j]
            j = j + 1
          end
        end
        low = high
      end
      from, to, from_keys, to_keys = to, from, to_keys, from_keys
      width = 2 * width
    end
    from.n = n
    return from
  end

  local function after(one, other)
    return compare(one, other) > 0
  end

  -- A sorted list; equals keep their order.
  function M.sorted(any, by, backwards)
    local list = M.list(any)
    local keys = by and M.map(by, list) or M.list(list)
    return merge_sort(list, keys, backwards and after or M.less)
  end

  function M.sort(list, by, backwards)
    local sorted = M.sorted(list, by, backwards)
    for i = 1, list.n do
      list[i] = sorted[i]
    end
  end

  local function extreme(any, default, by, wanted)
    local list = values(any)
    if list.n == 0 then
      return default
    end
    local best = list[1]
    local best_key = by and by(best) or best
    for i = 2, list.n do
      local value = list[i]
      local its_key = value
      if by then
        its_key = by(value)
      end
      if compare(its_key, best_key) == wanted then
        best, best_key = value, its_key
      end
    end
    return best
  end

  function M.max(any, default, by)
    return extreme(any, default, by, 1)
  end

  function M.min(any, default, by)
    return extreme(any, default, by, -1)
  end

  -- A heap: no entry is larger than the two at twice its place (heapq).
  function M.heappush(heap, value)
    local place = heap.n + 1
    heap.n = place
    while place > 1 do
      local above = floor(place / 2)
      if compare(value, heap[above]) >= 0 then
        break
      end
      heap[place] = heap[above]
      place = above
    end
    heap[place] = value
  end

  function M.heappop(heap)
    local smallest, last = heap[1], heap[heap.n]
    heap[heap.n] = nil
    heap.n = heap.n - 1
    local n, place = heap.n, 1
    if n == 0 then
      return smallest
    end
    while 2 * place <= n do
      local below = 2 * place
      if below < n and compare(heap[below + 1], heap[below]) < 0 then
        below = below + 1
      end
      if compare(last, heap[below]) <= 0 then
        break
      end
      heap[place] = heap[below]
      place = below
    end
    heap[place] = last
    return smallest
  end

  -- ---- numbers

  function M.floordiv(one, other)
    return floor(one / other)
  end

  function M.bool_int(value)
    return value and 1 or 0
  end

  local function bitwise(one, other, wanted)
    local found, weight = 0, 1
    while one > 0 or other > 0 do
      local a, b = one % 2, other % 2
      if wanted(a, b) then
        found = found + weight
      end
      one, other, weight = (one - a) / 2, (other - b) / 2, weight * 2
    end
    return floor(found)
  end

  function M.bor(one, other)
    return bitwise(one, other, function(a, b)
      return a + b > 0
    end)
  end

  function M.band(one, other)
    local above = other + 1
    if above % 131072 == 0 and above == 131072 then
      return one % above
    end
    return bitwise(one, other, function(a, b)
      return a + b > 1
    end)
  end

  function M.lshift(value, bits)
    return floor(value * 2 ^ bits)
  end

  function M.rshift(value, bits)
    return floor(value / 2 ^ bits)
  end

  function M.divmod(one, other)
    return { floor(one / other), one % other, n = 2 }
  end

  -- A text with {names} filled in from a dict.
  function M.format_map(text, words)
    return (text:gsub("{([%w_]+)}", function(name)
      return words:get(name)
    end))
  end

  -- The octets of a string as numbers.
  function M.octets(text)
    local out = { n = #text }
    for i = 1, #text do
      out[i] = byte(text, i)
    end
    return out
  end

  function M.is_list(value)
    return type(value) == "table" and getmetatable(value) == nil
  end

  function M.is_sequence(value)
    return type(value) == "table" and (getmetatable(value) == nil or value.__getitem__ ~= nil)
  end

  -- A dict with these keys.
  function M.fromkeys(keys, value)
    local made = M.dict()
    for _, wanted in each(keys) do
      made:set(wanted, value)
    end
    return made
  end

  function M.reverse(list)
    local turned = M.reversed(list)
    for i = 1, list.n do
      list[i] = turned[i]
    end
  end

  -- ---- functions that remember

  local NIL = {}

  -- `read`, remembering at least the last `size` / 2 values that it gave for texts of at most
  -- `longest` octets, and no more than `size`.
  function M.remembered(size, longest, read)
    local young, old, count = {}, {}, 0
    return function(text)
      local found = young[text]
      if found == nil then
        if #text > longest then
          return read(text)
        end
        found = old[text]
        if found == nil then
          found = read(text)
          if found == nil then
            found = NIL
          end
        end
        if count >= size / 2 then
          old, young, count = young, {}, 0
        end
        young[text] = found
        count = count + 1
      end
      if found == NIL then
        return nil
      end
      return found
    end
  end

  -- The same for functions of anything that can be a key.
  function M.lru_cache(size, read)
    local young, old, count = {}, {}, 0
    return function(...)
      local known
      if select("#", ...) == 1 then
        known = containers.key((...))
      else
        known = containers.key({ n = select("#", ...), ... })
      end
      local found = young[known]
      if found == nil then
        found = old[known]
        if found == nil then
          found = read(...)
          if found == nil then
            found = NIL
          end
        end
        if count >= size / 2 then
          old, young, count = young, {}, 0
        end
        young[known] = found
        count = count + 1
      end
      if found == NIL then
        return nil
      end
      return found
    end
  end

  return M
end
