-- What was read of the frames so far, in their order: what the analysis is run on, and run on
-- again. Bounded; what does not fit is counted and told.

return function(import)
  local M = {}
  local limits = import("limits")
  local Store = {}
  Store.__index = Store

  function M.new()
    return setmetatable({ items = {}, count = 0, octets = 0, seen = {}, last = 0, lost = 0,
      edition = 0, latest = 0, told = 0 }, Store)
  end

  -- Whether what stands in this frame was taken down before. With a read filter of two passes a
  -- frame that it refused leaves its number to the next one: the time tells them apart.
  function Store:has(frame, time)
    local at = self.seen[frame]
    return at ~= nil and (self.items[at] == nil or self.items[at].time == time)
  end

  local function place(items, count, frame)
    while count > 0 and items[count].frame > frame do
      count = count - 1
    end
    return count + 1
  end

  -- What an earlier holder of this number left, which the read filter refused.
  function Store:_forget(frame)
    while self.count > 0 and self.items[self.count].frame == frame do
      self.octets = self.octets - #(self.items[self.count].payload or "")
      self.items[self.count] = nil
      self.count = self.count - 1
    end
    self.edition = self.edition + 1
  end

  -- Not in the order of the frames: only where a first pass had no fields and rows are looked at
  -- one by one. What stood behind moves, and runs on it begin anew.
  function Store:_insert(item)
    local at = place(self.items, self.count, item.frame)
    table.insert(self.items, at, item)
    for behind = self.count + 1, at, -1 do
      self.seen[self.items[behind].frame] = behind
    end
    self.edition = self.edition + 1
  end

  -- The capture's time has come this far with a frame that holds nothing; taken down at most once a
  -- second, as silence means something only when it lasts.
  function Store:pass(frame, time)
    if time <= self.latest then
      return
    end
    self.latest = time
    if time - self.told >= limits.SECOND and frame > self.last then
      self.told = time
      self:add(frame, { { kind = "time", frame = frame, time = time } })
    end
  end

  -- Take down what a frame holds, once.
  function Store:add(frame, found)
    if self.seen[frame] and frame == self.last then
      self:_forget(frame)
    end
    self.seen[frame] = self.count + 1
    for _, item in ipairs(found) do
      local size = #(item.payload or "")
      if self.count >= limits.RECORDED or self.octets + size > limits.RECORDED_OCTETS then
        self.lost = self.lost + 1
        self.lost_from = self.lost_from or frame
      else
        if frame < self.last then
          self:_insert(item)
        else
          self.items[self.count + 1] = item
        end
        self.count, self.octets = self.count + 1, self.octets + size
      end
    end
    if frame > self.last then
      self.last = frame
    end
    if found[1] and found[1].time > self.latest then
      self.latest = found[1].time
    end
  end

  return M
end
