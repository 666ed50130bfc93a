-- Made from analyzer/agreement/reuse.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local with_inherited = import("agreement.mechanism").with_inherited
  local M = {}

  -- The living set of this client whose port_uc or SPIs the offer names, None for none.
  function M.reused(associations, offer)
    local listed = offer.client
    if listed == nil then
      return nil
    end
    local list1 = { n = 0 }
    for _, one in py.each(with_inherited(listed)) do
      if one.key == "ipsec-3gpp" then
        py.append(list1, one)
      end
    end
    local elements = list1
    for _, association in py.each(associations) do
      local client = association.client
      if not (client == nil or not association:lives(offer.message.time)) then
        local taken = py.set({ client.spi_c, client.spi_s, n = 2 }):difference(py.set({ nil, n = 1 }))
        for _, one in py.each(elements) do
          if taken:has(one.spi_c) or taken:has(one.spi_s) then
            return association
          end
          if one.port_c ~= nil and one.port_c == client.port_c then
            return association
          end
        end
      end
    end
    return nil
  end

  return M
end
