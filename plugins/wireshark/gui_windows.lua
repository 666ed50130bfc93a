-- Tools > SEC-AGREE: the list of exchanges, one exchange with its timeline, the findings. Frames are
-- shown by setting the display filter. Only loaded where there is a GUI.

return function(import)
  local M = {}
  local text = import("wireshark.gui_text")
  local shown = import("wireshark.plain").shown

  -- `source` gives what is shown: { exchanges(), findings(), closed() }, each a list.
  function M.new(source)
    local windows = {}
    local show_exchange

    local function exchange_of(id)
      local wanted = tostring(id or ""):gsub("%s", ""):upper()
      if wanted:match("^%d+$") then wanted = "E" .. wanted end
      for place, exchange in ipairs(source.exchanges()) do
        if exchange.id:upper() == wanted then return exchange, place end
      end
      return nil
    end

    local function filter(exchange)
      set_filter(text.filter_of(exchange))
      apply_filter()
    end

    local function ask(title, use)
      new_dialog(title, function(id)
        local exchange = exchange_of(id)
        if exchange then use(exchange) else report_failure("No exchange is called " .. shown(id)) end
      end, "Exchange (E1, E2, ...)")
    end

    -- A window whose text is made anew by the button.
    local function window(title, content, buttons)
      local one = TextWindow.new(title)
      local function fill() one:set(content()) end
      one:set_editable(false)
      for _, button in ipairs(buttons) do one:add_button(button[1], button[2](fill)) end
      fill()
      return one
    end

    local function plain_button(label, action)
      return { label, function() return action end }
    end

    local function refresh()
      return { "Refresh", function(fill) return fill end }
    end

    -- The timeline of an exchange; asks which where there are several.
    function windows.timeline()
      local exchanges = source.exchanges()
      if #exchanges == 1 then
        show_exchange(exchanges[1])
      elseif #exchanges == 0 then
        windows.list()
      else
        ask("Timeline of an exchange", show_exchange)
      end
    end

    function windows.list()
      window("SEC-AGREE exchanges", function()
        return text.list(source.exchanges(), source.findings()) .. "\n" .. text.closed(source.closed())
      end, {
        plain_button("Timeline ...", windows.timeline),
        plain_button("Show its frames ...", function() ask("Frames of an exchange", filter) end),
        plain_button("Findings", function() windows.findings() end),
        refresh(),
      })
    end

    function windows.findings()
      window("SEC-AGREE findings", function() return text.findings(source.findings()) end, {
        plain_button("Show their frames", function()
          set_filter("secagree.finding")
          apply_filter()
        end),
        plain_button("Exchanges", function() windows.list() end),
        refresh(),
      })
    end

    show_exchange = function(exchange)
      local current = exchange
      local function content()
        current = exchange_of(current.id) or current
        return text.exchange(current, source.findings())
      end
      local function step(by)
        return function(fill)
          return function()
            local _, place = exchange_of(current.id)
            local other = place and source.exchanges()[place + by]
            if other then
              current = other
              fill()
            end
          end
        end
      end
      window("SEC-AGREE timeline", content, {
        { "Previous", step(-1) },
        { "Next", step(1) },
        plain_button("Show its frames", function() filter(current) end),
        refresh(),
      })
    end
    windows.exchange = function(id)
      local exchange = exchange_of(id)
      if exchange then show_exchange(exchange) end
    end
    windows.filter = function(id)
      local exchange = exchange_of(id)
      if exchange then filter(exchange) end
    end

    return windows
  end

  return M
end
