using Rx.Qmp;
using Rx.Qmp.Protocol;

namespace QmpExamples;

/// <summary>
/// Over TCP with certificates on both sides. QEMU's part, with a directory that has ca-cert.pem, server-cert.pem and server-key.pem:
/// -object tls-creds-x509,id=tls0,dir=DIRECTORY,endpoint=server,verify-peer=yes
/// -chardev socket,id=qmp,host=0.0.0.0,port=4444,server=on,wait=off,tls-creds=tls0 -mon chardev=qmp,mode=control
/// </summary>
internal static class Tls
{
    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        // ca-cert.pem, client-cert.pem and client-key.pem.
        var tls = QmpTls.FromDirectory(args[2]);
        var endpoint = QmpEndpoint.Tcp(args[0], int.Parse(args[1]), tls);
        try
        {
            await using var client = await QmpClient.ConnectAsync(endpoint, new(), stop);
            var status = await client.ExecuteAsync(new QueryStatus(), stop);
            Console.WriteLine($"{endpoint}: {status.Status}");
        }
        catch (QmpConnectException fault) when (fault.Failure == QmpConnectFailure.TlsRefused)
        {
            Console.Error.WriteLine($"{fault.Message} {fault.InnerException?.Message}");
        }
    }
}
