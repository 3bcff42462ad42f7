using Microsoft.Reactive.Testing;
using Rx.Vm.Sources;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Rx.Vm.Tests.Sources;

public class ConsoleTraceTests
{
    [Fact]
    public void A_guest_that_floods_its_console_fills_no_log_and_what_was_left_out_is_told()
    {
        var (sink, time) = (new Lines(), new TestScheduler());
        var trace = new ConsoleTrace(time, new LoggerConfiguration().MinimumLevel.Debug().WriteTo.Sink(sink).CreateLogger());

        for (var line = 0; line < 100_000; line++)
        {
            trace.Write("\n");
        }

        Assert.Equal(1000, sink.Count);
        time.AdvanceBy(TimeSpan.FromSeconds(1).Ticks);
        trace.Write("calm again");
        Assert.Equal(["console: 99000 lines left out", "console: \"calm again\""], sink.TakeLast(2));
    }

    [Fact]
    public void Nothing_is_counted_where_nothing_is_logged()
    {
        var sink = new Lines();
        var trace = new ConsoleTrace(new TestScheduler(), new LoggerConfiguration().MinimumLevel.Information().WriteTo.Sink(sink).CreateLogger());

        trace.Write("x");

        Assert.Empty(sink);
    }

    private sealed class Lines : List<string>, ILogEventSink
    {
        public void Emit(LogEvent logEvent) => Add(logEvent.RenderMessage());
    }
}
