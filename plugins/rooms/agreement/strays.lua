-- Made from analyzer/agreement/strays.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local Flow = import("agreement.esp_flow").Flow
  local OFFERED = import("agreement.states").OFFERED
  local StrayFlow = import("agreement.items").StrayFlow
  local Unannounced = import("agreement.apart").Unannounced
  local youngest = import("agreement.hidden").youngest
  local M = {}

  -- Their flows, of all Accesses; they wait for a list that announces them after all.
  M.Strays = py.class("Strays")

  function M.Strays.make()
    local self = setmetatable({}, M.Strays)
    self._flows = { n = 0 }
    self._unannounced = Unannounced.make()
    self._kept = false
    return self
  end

  -- One more packet, wherever it went: it is looked at again when its SPI is announced.
  function M.Strays:keep(esp)
    self._kept = true
    self._unannounced:keep(esp)
  end

  -- The flow of the packet, which is counted there; None where there are too many.
  function M.Strays:see(esp, access, order)
    local direction = esp.src == access.ue and "to-server" or "to-client"
    local flow = access.strays:get({ esp.dst, esp.spi, n = 2 })
    if flow == nil then
      flow = access:stray(Flow.make(esp.spi, esp.src, esp.dst, direction, ""))
      if flow == nil then
        return nil
      end
      local exchange = youngest(access)
      flow.provisional = access.sealed
      local unsure = access.sealed or not M._offer_read(access, exchange)
      py.append(self._flows, StrayFlow.make(access, flow, unsure, exchange, order))
    end
    flow:see(esp)
    return flow
  end

  -- ESP on the new set that stands before its challenge: it is no stray.
  function M.Strays:announced(association, challenge)
    return self._kept and self:_announced(association, challenge) or { n = 0 }
  end

  function M.Strays:_announced(association, challenge)
    local given = { n = 0 }
    local access = association.exchange.access
    for _, sa in py.each(association.sas) do
      repeat
        local seen = self._unannounced:announced(sa.dst, sa.spi, challenge)
        local stray = access.strays:get({ sa.dst, sa.spi, n = 2 })
        if stray ~= nil then
          if stray.packets ~= seen.n then
            break
          end
          access.strays:delete({ sa.dst, sa.spi, n = 2 })
          local list1 = { n = 0 }
          for _, one in py.each(self._flows) do
            if one.flow ~= stray then
              py.append(list1, one)
            end
          end
          self._flows = list1
        end
        py.extend(given, seen)
      until true
    end
    return given
  end

  -- Let the time be `now` (ns).
  function M.Strays:turn(now)
    self._unannounced:turn(now)
  end

  -- All that were never announced.
  function M.Strays:finish()
    local given = { n = 0 }
    py.extend(given, self._flows)
    py.clear(self._flows)
    return given
  end

  -- How near each bound came.
  function M.Strays.__get.bounds(self)
    return self._unannounced.bounds
  end
  py.done(M.Strays)

  -- Whether all that could have announced a set here was captured and read.
  function M._offer_read(access, exchange)
    if exchange == nil then
      local any1 = false
      for _, one in py.each(access.associations) do
        if one.client ~= nil then
          any1 = true
          break
        end
      end
      return any1
    end
    if not exchange.start_seen or exchange.state == OFFERED then
      return false
    end
    local offer = exchange.offer
    if offer == nil or offer.cut then
      return false
    end
    local all1 = true
    for _, one in py.each(access.associations) do
      if one.client == nil then
        all1 = false
        break
      end
    end
    return all1
  end

  return M
end
