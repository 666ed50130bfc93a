-- Made from analyzer/agreement/esp_flow.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local ESP_FRAMES = import("limits").ESP_FRAMES
  local NULL_UNANNOUNCED = import("flows.esp").NULL_UNANNOUNCED
  local SHORTEST_T1 = import("limits").SHORTEST_T1
  local M = {}

  M.RESTART_AFTER = 4

  -- The ESP packets of one SPI one way.
  M.Flow = py.class("Flow")

  function M.Flow.make(spi, src, dst, direction, name)
    local self = setmetatable({}, M.Flow)
    self.spi = spi
    self.src = src
    self.dst = dst
    self.direction = direction
    self.name = name
    self.announced = name ~= ""
    self.provisional = false
    self.packets = 0
    self.opened = 0
    self.decrypted = 0
    self.icv_good = 0
    self.icv_bad = 0
    self.icv_unfit = 0
    self.key = nil
    self.ports = nil
    self.first_seq = 0
    self.first_time = 0
    self.last_time = 0
    self.last_seq = 0
    self.peak = 0
    self.restarted = 0
    self.late = 0
    self.moved = 0
    self.moved_to = ""
    self.moved_frames = { n = 0 }
    self.null_unagreed = 0
    self.frames = { n = 0 }
    self.unanswered = 0
    self.tried = 0
    self.unanswered_frames = { n = 0 }
    return self
  end

  -- Count one packet.
  function M.Flow:see(esp)
    if self.packets == 0 then
      self.first_seq = esp.seq
      self.first_time = esp.time
    end
    self.packets = self.packets + 1
    if esp.opened ~= "" then
      if self.opened == 0 and esp.sport ~= 0 then
        self.ports = { esp.sport, esp.dport, n = 2 }
      end
      self.opened = self.opened + 1
    end
    if esp.reason == NULL_UNANNOUNCED then
      self.null_unagreed = self.null_unagreed + 1
    end
    if esp.icv ~= "" or esp.key ~= nil then
      self:_count_icv(esp)
    end
    if esp.seq > self.peak then
      self.peak = esp.seq
    elseif self.peak >= M.RESTART_AFTER and (esp.seq == 1 or self.restarted ~= 0 and esp.seq == self.last_seq + 1) then
      self.restarted = self.restarted + 1
    end
    self.last_time = esp.time
    self.last_seq = esp.seq
    if self.frames.n < ESP_FRAMES then
      py.append(self.frames, { esp.capture, esp.frame, n = 2 })
    end
    if self.direction == "to-server" then
      if self.unanswered == 0 or esp.time - self.tried >= SHORTEST_T1 then
        self.unanswered = self.unanswered + 1
        self.tried = esp.time
      end
      if self.unanswered_frames.n < ESP_FRAMES then
        py.append(self.unanswered_frames, { esp.capture, esp.frame, n = 2 })
      end
    end
  end

  -- Note a sender with another address than the set was made for. `shared`: the address has
  function M.Flow:comes_from(esp, shared)
    if esp.src == self.src or shared then
      self.moved = 0
      py.clear(self.moved_frames)
      return
    end
    self.moved = self.moved + 1
    self.moved_to = esp.src
    if self.moved_frames.n < ESP_FRAMES then
      py.append(self.moved_frames, { esp.capture, esp.frame, n = 2 })
    end
  end

  function M.Flow:_count_icv(esp)
    self.icv_good = self.icv_good + py.bool_int(esp.icv == "good")
    self.icv_bad = self.icv_bad + py.bool_int(esp.icv == "bad")
    self.icv_unfit = self.icv_unfit + py.bool_int(esp.icv == "unfit")
    self.decrypted = self.decrypted + py.bool_int(esp.opened == "decrypted")
    if self.key == nil then
      self.key = esp.key
    end
  end

  -- Something came back to the client.
  function M.Flow:answered()
    if self.unanswered ~= 0 then
      self.unanswered = 0
      py.clear(self.unanswered_frames)
    end
  end
  py.done(M.Flow)

  return M
end
