namespace Rx.Vm.Init.Pods;

/// <summary>Tells when a pod has ended completely: every process reaped, every stream's last byte and end written to the port.</summary>
internal sealed class PodDrain(GuestServices services, Pod pod)
{
    private long? _mark;

    /// <summary>Whether that is so. Stays true.</summary>
    public bool Finished
    {
        get
        {
            if (_mark is null && pod.Ended && services.Table.IsEmpty)
            {
                _mark = services.Tty.Outbound.Added;
            }

            return services.Tty.Outbound.Taken >= _mark;
        }
    }
}
