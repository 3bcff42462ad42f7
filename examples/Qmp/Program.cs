using QmpExamples;
using Rx.Qmp;

// One example per feature of the QMP client, each in a file of its own: First.cs, …
//
//     dotnet run --project examples/Qmp -- first /run/vm/qmp.sock
//
// A QEMU to talk to, without any guest:
//
//     qemu-system-x86_64 -machine none -display none -qmp unix:/tmp/qmp.sock,server=on,wait=off
Dictionary<string, Example> examples = new()
{
    ["first"] = new(First.RunAsync, "SOCKET", "asks for the status, pauses the machine and sees the event"),
    ["connect"] = new(Connect.RunAsync, "SOCKET", "asks a machine for its status"),
    ["blocking"] = new(Blocking.RunAsync, "SOCKET", "runs commands without await, and stops the machine"),
    ["types"] = new(Types.RunAsync, "SOCKET", "asks what a server can do"),
    ["oob"] = new(OutOfBand.RunAsync, "SOCKET", "sends a command that overtakes others"),
    ["file"] = new(PassFile.RunAsync, "SOCKET FILE", "gives QEMU an open file as a disk image"),
    ["tcp"] = new(Tcp.RunAsync, "HOST PORT", "the same over TCP"),
    ["tls"] = new(Tls.RunAsync, "HOST PORT DIRECTORY", "the same with certificates on both sides"),
    ["reconnect"] = new(Reconnect.RunAsync, "SOCKET", "stays with a machine over restarts"),
    ["events"] = new(WatchEvents.RunAsync, "SOCKET [DEVICE]", "shows events, all or those of one device, and what was lost"),
    ["remove"] = new(Remove.RunAsync, "SOCKET DEVICE [NODE]", "removes a device, then its block node"),
    ["job"] = new(Job.RunAsync, "SOCKET FILE", "makes a qcow2 image, as a job with progress"),
    ["save"] = new(Save.RunAsync, "SOCKET FILE", "saves a machine to a file and ends it"),
    ["powerdown"] = new(PowerOff.RunAsync, "SOCKET", "asks the guest to power down, then makes QEMU quit"),
    ["metrics"] = new(Metrics.RunAsync, "SOCKET", "measures a thousand commands, and traces one"),
    ["listen"] = new(Listen.RunAsync, "SOCKET", "waits for machines to call"),
    ["qga"] = new(Qga.RunAsync, "SOCKET [shutdown]", "talks to the agent inside a guest"),
    ["fake"] = new(Fake.RunAsync, "SOCKET", "is a machine for tests, and its client"),
    ["transcript"] = new(Transcript.RunAsync, "SOCKET FILE", "records what is said, and plays it again"),
};

if (args.Length == 0 || !examples.TryGetValue(args[0], out var example) || args.Length - 1 < example.MinimumArguments)
{
    Console.Error.WriteLine("usage: dotnet run --project examples/Qmp -- EXAMPLE ARGUMENT…");
    foreach (var (name, one) in examples)
    {
        Console.Error.WriteLine($"  {name} {one.Usage}: {one.Summary}");
    }

    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stop.Cancel();
};

try
{
    await example.RunAsync(args[1..], stop.Token);
    return 0;
}
catch (QmpException fault)
{
    Console.Error.WriteLine(fault.Message);
    return 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}
