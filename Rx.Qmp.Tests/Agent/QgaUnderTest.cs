using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Rx.Qmp.Tests.Agent;

/// <summary>A real guest agent whose guest is this machine, listening on a unix socket; killed when the test ends. Nothing may be asked of
/// it that changes the machine.</summary>
internal sealed partial class QgaUnderTest : IDisposable
{
    private static readonly string[] Places = ["/usr/sbin/qemu-ga", "/usr/bin/qemu-ga"];

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("rxqga-");
    private readonly Process _process;

    public QgaUnderTest()
    {
        var executable = Places.FirstOrDefault(File.Exists);
        Assert.SkipUnless(executable is not null, "qemu-ga is not installed");
        string[] arguments = ["-m", "unix-listen", "-p", SocketPath, "-t", _home.FullName, "-f", Path.Combine(_home.FullName, "pid")];
        _process = Process.Start(new ProcessStartInfo(executable!, arguments) { RedirectStandardError = true })!;
    }

    public string SocketPath => Path.Combine(_home.FullName, "qga");

    public void Freeze() => Signal(19);

    public void Thaw() => Signal(18);

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _home.Delete(recursive: true);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);

    private void Signal(int signal) => Assert.Equal(0, SendSignal(_process.Id, signal));
}
