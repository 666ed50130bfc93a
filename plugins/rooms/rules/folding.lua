-- Made from analyzer/rules/folding.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local OCCURRENCES = import("limits").OCCURRENCES
  local SEVERITIES = import("rules.rule").SEVERITIES
  local M = {}

  M.FRAMES = 64

  -- Findings with one fingerprint become one: all frames, the worst severity, the count.
  function M.merge(findings)
    local merged = py.dict()
    for _, one in py.each(findings) do
      local first = merged:setdefault(one.fingerprint, one)
      if first ~= one then
        M._add(first, one)
      end
    end
    return py.list(merged:values())
  end

  -- Sets `explained_by` within one exchange, or at one anchor; the findings have their ids.
  function M.fold(findings)
    local parents = py.dict()
    for _, cause in py.each(findings) do
      for _, other in py.each(findings) do
        if py.contains(cause.explains, other.rule) and (other.explained_by == nil and (other ~= cause and (M._together(cause, other) and not M._below(cause, other, parents)))) then
          other.explained_by = cause.id
          parents:set(other.id, cause)
        end
      end
    end
  end

  function M._add(first, other)
    first.count = first.count + other.count
    local frames = py.set(py.concat(first.frames, other.frames))
    first.frames = py.slice(py.sorted(frames), nil, M.FRAMES)
    local here = other.frame == nil and { n = 0 } or { { other.frame, other.seen or "", n = 2 }, n = 1 }
    first.again = py.list(py.slice(py.sorted(py.concat(first.again, here, other.again)), nil, OCCURRENCES))
    if py.index(SEVERITIES, other.severity) < py.index(SEVERITIES, first.severity) then
      first.severity = other.severity
    end
    if first.effect == "none" or other.effect == "explains-outcome" then
      first.effect = other.effect
    end
  end

  function M._together(one, other)
    if one.exchange ~= nil and one.exchange == other.exchange then
      return true
    end
    return one.frame ~= nil and py.equal(one.frame, other.frame)
  end

  -- Whether `one` stands, at whatever depth, under `other`.
  function M._below(one, other, parents)
    local above = one
    while above ~= nil do
      above = parents:get(above.id)
      if above == other then
        return true
      end
    end
    return false
  end

  return M
end
