-- Made from analyzer/agreement/choice.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local shape = import("agreement.strength").shape
  local with_inherited = import("agreement.mechanism").with_inherited
  local M = {}

  -- The server's signalling elements that the client offered, best first.
  function M.common(client, server)
    local list1 = { n = 0 }
    for _, element in py.each(with_inherited(server)) do
      if not element.mediasec then
        py.append(list1, element)
      end
    end
    local elements = list1
    if client ~= nil then
      local set1 = py.set()
      for _, element in py.each(client.signalling) do
        set1:add(shape(element))
      end
      local offered = set1
      local list2 = { n = 0 }
      for _, element in py.each(elements) do
        if offered:has(shape(element)) then
          py.append(list2, element)
        end
      end
      elements = list2
    end
    return py.sorted(elements, M._preference)
  end

  -- What the agreement settles on, as far as the lists say.
  function M.choose(client, server)
    if server.elements.n == 1 then
      local value1
      if server.media.n > 0 then
        value1 = nil
      else
        value1 = server.elements[1]
      end
      return value1
    end
    local best = M.common(client, server)
    if best.n > 0 then
      return best[1]
    end
    local first1
    for _, element in py.each(with_inherited(server)) do
      if not element.mediasec then
        first1 = element
        break
      end
    end
    return first1
  end

  -- The client's own element for the chosen one: it holds the client's SPIs and ports.
  function M.matching(client, chosen)
    if client == nil then
      return nil
    end
    if client.elements.n == 1 then
      return client.elements[1].key == chosen.key and client.elements[1] or nil
    end
    local list1 = { n = 0 }
    for _, element in py.each(with_inherited(client)) do
      if element.key == chosen.key then
        py.append(list1, element)
      end
    end
    local elements = list1
    return M._first(elements, shape(chosen)) or (elements.n > 0 and elements[1] or nil)
  end

  function M._first(elements, wanted)
    local first1
    for _, element in py.each(elements) do
      if py.equal(shape(element), wanted) then
        first1 = element
        break
      end
    end
    return first1
  end

  function M._preference(element)
    return -(element.q_thousandths ~= nil and element.q_thousandths or 0)
  end

  return M
end
