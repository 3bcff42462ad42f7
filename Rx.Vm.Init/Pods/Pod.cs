using System.Text;
using Rx.Vm.Init.Native;

namespace Rx.Vm.Init.Pods;

/// <summary>
/// The pod of this VM, from STARTPOD until its end was reported. Its uts and ipc namespaces exist as long as these two descriptors and
/// the processes in them; mount and pid namespaces belong to each container and go with its first process, and all mounts with them,
/// so that nothing has to be unmounted here.
/// </summary>
internal sealed unsafe class Pod
{
    private readonly int[] _namespaces = [-1, -1];

    /// <summary>Makes the namespaces and sets the host name in them.</summary>
    public Pod(string hostname)
    {
        Hostname = hostname;
        int uts = -1, ipc = -1;
        try
        {
            uts = Fd.Open("/proc/self/ns/uts", Abi.ReadOnly);
            ipc = Fd.Open("/proc/self/ns/ipc", Abi.ReadOnly);
            SystemCallException.Check(Libc.unshare(Abi.NewUts | Abi.NewIpc), "make the pod's namespaces");
            _namespaces[0] = Fd.Open("/proc/self/ns/uts", Abi.ReadOnly);
            _namespaces[1] = Fd.Open("/proc/self/ns/ipc", Abi.ReadOnly);
            var name = Encoding.UTF8.GetBytes(hostname);
            fixed (byte* start = name)
            {
                SystemCallException.Check(Libc.sethostname(start, name.Length), "set the host name");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
        finally
        {
            _ = Libc.setns(uts, Abi.NewUts);
            _ = Libc.setns(ipc, Abi.NewIpc);
            Fd.Close(ref uts);
            Fd.Close(ref ipc);
        }
    }

    /// <summary>The host name.</summary>
    public string Hostname { get; }

    /// <summary>Descriptors of the uts and ipc namespaces.</summary>
    public int[] Namespaces => _namespaces;

    /// <summary>The containers, in order of declaration.</summary>
    public List<Container> Containers { get; } = [];

    /// <summary>Whether STARTPOD was acknowledged.</summary>
    public bool Started { get; set; }

    /// <summary>Whether nothing of any container is left: every process was reaped, every mount is gone.</summary>
    public bool Ended => Containers.TrueForAll(c => c.Process.Gone);

    /// <summary>How they ended; 0 for one that still runs.</summary>
    public int[] ExitCodes => [.. Containers.Select(c => c.Process.ExitCode ?? 0)];

    /// <summary>A container by id, or null.</summary>
    public Container? Find(string id) => Containers.Find(c => c.Spec.Id == id);

    /// <summary>Closes what is held.</summary>
    public void Dispose()
    {
        Containers.ForEach(c => c.Dispose());
        Fd.Close(ref _namespaces[0]);
        Fd.Close(ref _namespaces[1]);
    }
}
