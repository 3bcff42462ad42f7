using System.Diagnostics;
using System.Diagnostics.Metrics;
using Rx.Qmp;
using Rx.Qmp.Protocol;

namespace QmpExamples;

/// <summary>Listens to what the library measures, without any telemetry package.</summary>
internal static class Metrics
{
    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        List<double> seconds = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == QmpDiagnostics.MeterName)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) =>
        {
            lock (seconds)
            {
                seconds.Add(value);
            }
        });
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, _, _) => Console.WriteLine($"{instrument.Name} {value} {instrument.Unit}"));
        listener.Start();

        await using var client = await QmpClient.ConnectAsync(args[0], stop);
        for (var i = 0; i < 1000; i++)
        {
            await client.ExecuteAsync(new QueryStatus(), stop);
        }

        using (Trace())
        {
            await client.ExecuteAsync(new QueryName(), stop);
        }

        listener.RecordObservableInstruments();
        lock (seconds)
        {
            seconds.Sort();
            Console.WriteLine($"median {seconds[seconds.Count / 2] * 1e6:0} us, 99 % within {seconds[seconds.Count * 99 / 100] * 1e6:0} us");
        }
    }

    private static ActivityListener Trace()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == QmpDiagnostics.ActivitySourceName,
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = item => Console.WriteLine($"{item.DisplayName}: {item.GetTagItem("qmp.outcome")}, {item.Duration}"),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
