using Rx.Qmp;

namespace QmpExamples;

/// <summary>Saves a machine to a file. QEMU gets the open file, so it needs no right to open any.</summary>
internal static class Save
{
    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        await using var client = await QmpClient.ConnectAsync(args[0], stop);
        var progress = new Progress<QmpMigrationProgress>(
            at => Console.WriteLine($"{at.Status}: {at.TransferredBytes >> 20} MiB sent, {at.RemainingBytes >> 20} MiB to go"));
        var options = new QmpMigrationOptions { Timeout = TimeSpan.FromMinutes(5), PollInterval = TimeSpan.FromMilliseconds(200) };
        await client.SaveToFileAsync(args[1], options, progress, stop);
        await client.QuitAsync(stop);
    }
}
