-- Tools > SEC-AGREE: the list of exchanges, one exchange with its timeline, the findings. Frames are
-- shown by setting the display filter. Only loaded where there is a GUI.

return function(import)
  local M = {}
  local text = import("wireshark.gui_text")
  local shown = import("wireshark.plain").shown

  local TRIED = 200 -- exchanges that are asked whether they are healthy, to find where to look first

  -- `source` gives what is shown: count() of exchanges, each() one after the other, exchange(number);
  -- lists findings(), unchecked() and closed(); about() as `gui_text` has it; wait(use), whether an analysis goes
  -- first and calls `use` when it is done.
  function M.new(source)
    local windows = {}
    local show_exchange
    local open = {} -- windows on the screen

    -- What a user calls E7, e7 or 7.
    local function exchange_of(id)
      local number = tostring(id or ""):match("^%s*[Ee]?(%d+)%s*$")
      return number and source.exchange(tonumber(number))
    end

    local function beside(exchange, by)
      return source.exchange(tonumber(exchange.id:sub(2)) + by)
    end

    local function filter(exchange)
      set_filter(text.filter_of(exchange))
      apply_filter()
    end

    local function ask(title, use)
      new_dialog(title, function(id)
        local exchange = exchange_of(id)
        if exchange then
          use(exchange)
        elseif tostring(id or ""):find("%S") then
          report_failure("There is no exchange " .. shown(id))
        end
      end, "Exchange (E1, E2, ...)")
    end

    -- A window whose text is made anew by the button, and while a capture goes on.
    local function window(title, content, buttons)
      local one = { window = TextWindow.new(title) }
      function one.set(said)
        if open[one] and said ~= one.said then
          one.said = said
          one.window:set(said)
        end
      end
      function one.fill()
        if not source.wait(one.fill) then one.set(content()) end
      end
      open[one] = true
      one.window:set_atclose(function() open[one] = nil end)
      one.window:set_editable(false)
      for _, button in ipairs(buttons) do one.window:add_button(button[1], button[2](one.fill)) end
      one.fill()
    end

    -- What begins with an analysis where one is due.
    local function analysed(use)
      local function action()
        if not source.wait(action) then use() end
      end
      return action
    end

    local function plain_button(label, action)
      return { label, function() return action end }
    end

    local function refresh()
      return { "Refresh", function(fill) return fill end }
    end

    -- Where to look first: the exchange of a finding that has an effect, else one that is not
    -- healthy, else the first.
    local function worst()
      for _, finding in ipairs(source.findings()) do
        if finding.effect ~= "none" and finding.exchange then return exchange_of(finding.exchange) end
      end
      local number = 0
      for exchange in source.each() do
        if not text.healthy(exchange) then return exchange end
        number = number + 1
        if number >= TRIED then break end
      end
      return source.exchange(1)
    end

    windows.timeline = analysed(function()
      local exchange = worst()
      if exchange then show_exchange(exchange) else windows.list() end
    end)

    local function ask_timeline()
      ask("Timeline of an exchange", show_exchange)
    end

    windows.list = analysed(function()
      window("SEC-AGREE exchanges", function()
        return text.list(source.each(), source.findings(), source.about()) .. "\n"
          .. text.closed(source.closed())
      end, {
        plain_button("Timeline ...", function()
          if source.count() > 1 then ask_timeline() else windows.timeline() end
        end),
        plain_button("Show its frames ...", function() ask("Frames of an exchange", filter) end),
        plain_button("Findings", function() windows.findings() end),
        refresh(),
      })
    end)

    windows.findings = analysed(function()
      window("SEC-AGREE findings", function()
        return text.findings(source.findings(), source.unchecked()) .. "\n"
          .. text.read(source.about()) .. "\n"
      end, {
        plain_button("Show their frames", function()
          set_filter("secagree.alarm")
          apply_filter()
        end),
        plain_button("Exchanges", function() windows.list() end),
        refresh(),
      })
    end)

    show_exchange = function(exchange)
      local current = exchange
      local function content()
        current = exchange_of(current.id) or current
        return text.exchange(current, source.findings(), source.about(), source.closed())
      end
      local function step(by)
        return function(fill)
          return function()
            current = beside(current, by) or current
            fill()
          end
        end
      end
      window("SEC-AGREE timeline", content, {
        { "Previous", step(-1) },
        { "Next", step(1) },
        plain_button("Another ...", ask_timeline),
        plain_button("Show its frames", function() filter(current) end),
        refresh(),
      })
    end

    local function of_packet(use)
      return function(id)
        analysed(function()
          local exchange = exchange_of(id)
          if exchange then use(exchange) end
        end)()
      end
    end

    windows.exchange = of_packet(show_exchange)
    windows.filter = of_packet(filter)

    -- Show in all windows what is known now.
    function windows.refresh()
      for one in pairs(open) do one.fill() end
    end

    -- Another capture: what stands in the windows is not its.
    function windows.reset()
      for one in pairs(open) do one.set(text.another()) end
    end

    return windows
  end

  return M
end
