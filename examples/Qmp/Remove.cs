using Rx.Qmp;
using Rx.Qmp.Protocol;

namespace QmpExamples;

/// <summary>Removes a device, and what it was made of once the guest has let go of it.</summary>
internal static class Remove
{
    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        await using var client = await QmpClient.ConnectAsync(args[0], stop);
        try
        {
            await client.DeviceRemoveAsync(args[1], TimeSpan.FromSeconds(20), stop);
            Console.WriteLine($"{args[1]} is gone");
        }
        catch (QmpDeviceUnplugException)
        {
            Console.WriteLine("the guest refuses");
            return;
        }

        if (args.Length > 2)
        {
            await client.ExecuteAsync(new BlockdevDel { NodeName = args[2] }, stop);
            Console.WriteLine($"{args[2]} is gone");
        }
    }
}
