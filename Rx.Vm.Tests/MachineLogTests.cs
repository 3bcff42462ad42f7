using Rx.Vm.Lifecycle;
using Rx.Vm.Testing;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Rx.Vm.Tests;

/// <summary>Every line that anything logs about a machine begins with its id and carries it.</summary>
public class MachineLogTests
{
    [Fact]
    public async Task Every_line_of_a_machines_life_names_it_in_its_text_and_its_properties()
    {
        var sink = new Events();
        using var time = new System.Reactive.Concurrency.EventLoopScheduler();
        await using (var host = await VmHost.OpenAsync(
            new VmHostOptions
            {
                Driver = new SimulatedDriver(time, new SimulatedSettings { Faults = [new(SimulatedFaultKind.ConsoleFlood) { Value = 3 }] }),
                Logger = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(sink).CreateLogger(),
            },
            TestContext.Current.CancellationToken))
        {
            var vm = host.Start(new VmOptions { Id = "vm-named" });
            await vm.ShutdownAsync(TestContext.Current.CancellationToken);
            Assert.Equal(VmPhase.Gone, vm.State.Phase);
        }

        Assert.NotEmpty(sink.Lines);
        Assert.All(sink.Lines, e =>
        {
            Assert.StartsWith("vm-named: ", e.RenderMessage(), StringComparison.Ordinal);
            Assert.Equal("vm-named", Assert.IsType<ScalarValue>(e.Properties["VmId"]).Value);
        });
        Assert.Contains(sink.Lines, e => e.Level == LogEventLevel.Information);
    }

    private sealed class Events : ILogEventSink
    {
        private readonly List<LogEvent> _lines = [];

        public IReadOnlyList<LogEvent> Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public void Emit(LogEvent logEvent)
        {
            lock (_lines)
            {
                _lines.Add(logEvent);
            }
        }
    }
}
