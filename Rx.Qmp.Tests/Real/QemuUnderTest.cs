using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Rx.Qmp.Tests;

/// <summary>A real QEMU without a guest, in a directory of its own; killed when the test ends.</summary>
internal sealed partial class QemuUnderTest : IDisposable
{
    private const string Executable = "qemu-system-x86_64";

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("rxqmp-");
    private readonly Process _process;

    /// <summary>Starts QEMU with a monitor at <see cref="SocketPath"/>, its processors stopped.</summary>
    public QemuUnderTest(string machine = "none", string? monitor = null, params string[] more)
    {
        Assert.SkipUnless(IsInstalled, $"{Executable} is not installed");
        var socket = $"socket,id=qmp,path={SocketPath},server=on,wait=off";
        string[] arguments =
        [
            "-machine", $"{machine},accel=tcg", "-nodefaults", "-no-user-config", "-display", "none", "-S",
            "-chardev", socket, "-mon", monitor ?? "chardev=qmp,mode=control", .. more,
        ];
        _process = Process.Start(new ProcessStartInfo(Executable, arguments) { RedirectStandardError = true })!;
    }

    public string SocketPath => PathOf("qmp");

    private static bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(':')
        .Any(directory => File.Exists(Path.Combine(directory, Executable)));

    /// <summary>Descriptors QEMU has open.</summary>
    public int OpenFiles => Directory.GetFileSystemEntries($"/proc/{_process.Id}/fd").Length;

    public string PathOf(string name) => Path.Combine(_home.FullName, name);

    public string MakeImage()
    {
        using var image = File.Create(PathOf("a,b.img"));
        image.SetLength(1024 * 1024);
        return image.Name;
    }

    /// <summary>Stops QEMU and returns once it has stopped: the signal alone takes effect some time later.</summary>
    public void Freeze()
    {
        const int byPid = 1;
        const int stoppedAndStillWaitable = 2 | 0x0100_0000;
        Signal(19);
        Assert.Equal(0, WaitFor(byPid, _process.Id, new byte[128], stoppedAndStillWaitable));
    }

    public void Thaw() => Signal(18);

    public void Kill() => Signal(9);

    public async Task<int> ExitCode()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _home.Delete(recursive: true);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    private static partial int WaitFor(int kind, int pid, byte[] information, int options);

    private void Signal(int signal) => Assert.Equal(0, SendSignal(_process.Id, signal));
}
